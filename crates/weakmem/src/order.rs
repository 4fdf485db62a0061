//! What keeps two accesses of one thread in order.

/// Pairs (earlier access, later access) of one thread that a fence keeps in order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fence {
    /// Earlier loads before later loads.
    pub load_load: bool,
    /// Earlier loads before later stores.
    pub load_store: bool,
    /// Earlier stores before later loads.
    pub store_load: bool,
    /// Earlier stores before later stores.
    pub store_store: bool,
}

impl Fence {
    /// Orders everything.
    pub const FULL: Self = Self {
        load_load: true,
        load_store: true,
        store_load: true,
        store_store: true,
    };
    /// Orders stores with stores.
    pub const STORES: Self = Self {
        load_load: false,
        load_store: false,
        store_load: false,
        store_store: true,
    };
}

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
