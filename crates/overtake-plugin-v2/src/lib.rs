//! The plugin of overtake for versions 2 to 6 of QEMU's plugin interface (QEMU 9.0 to 10.2).
//!
//! In: QEMU's callbacks. Out: `overtake-plugin`'s answers. Never knows: anything else.

overtake_plugin::export!(2);
