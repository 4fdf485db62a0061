//! The plugin (see `overtake-plugin`) for version 1 of QEMU's plugin interface: QEMU 6.0 to 8.2.

overtake_plugin::export!(1);
