//! The plugin of overtake for version 1 of QEMU's plugin interface (QEMU 6.0 to 8.2).
//!
//! In: QEMU's callbacks. Out: `overtake-plugin`'s answers. Never knows: anything else.

overtake_plugin::export!(1);
