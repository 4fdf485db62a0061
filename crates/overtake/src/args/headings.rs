//! Headings under which help lists options.

/// Options of QEMU and the plugin.
pub const EMULATION: &str = "Emulation";
/// Options of the ring.
pub const SCENARIO: &str = "The race in the ring (without PROGRAM)";
