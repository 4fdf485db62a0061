//! The plugin of overtake for versions 2 to 6 of QEMU's plugin interface (QEMU 9.0 to 10.2).
//!
//! In: `overtake-plugin`. Out: the symbols that QEMU looks up when it loads the plugin. Never
//! knows: what the plugin does.

overtake_plugin::export!(2);
