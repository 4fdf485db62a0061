//! The plugin of overtake for version 1 of QEMU's plugin interface (QEMU 6.0 to 8.2).
//!
//! In: `overtake-plugin`. Out: the symbols that QEMU looks up when it loads the plugin. Never
//! knows: what the plugin does.

overtake_plugin::export!(1);
