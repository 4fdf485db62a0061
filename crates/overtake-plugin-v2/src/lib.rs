//! The plugin (see `overtake-plugin`) for version 2 to 6 of QEMU's plugin interface: QEMU 9.0 to 10.2.

overtake_plugin::export!(2);
