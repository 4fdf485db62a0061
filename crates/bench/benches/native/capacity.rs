//! How many events fit into each queue.

/// Slots of each ring of ours. One stays free.
pub const SLOTS: u32 = 128;
/// As many events fit into each queue.
pub const CAPACITY: usize = SLOTS as usize - 1;
