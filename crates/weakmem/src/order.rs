//! In which order one thread's stores may become visible.

/// The order in which one thread's stores may become visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreOrder {
    /// First in, first out: x86-TSO (Sewell et al., CACM 2010; Intel SDM vol. 3, 9.2.2
    /// "Writes to memory are not reordered with other writes").
    Fifo,
    /// Any order, but for the same location and fences: Armv8 (Arm ARM B2.3, "barrier-ordered-
    /// before" and "coherence order"), RVWMO (unprivileged spec, 17.1, rules 1 and 4) and Power
    /// (ISA Book II, 1.7.1).
    Weak,
}
