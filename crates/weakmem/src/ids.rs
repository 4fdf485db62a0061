//! Names of threads and stores.

/// A thread of the machine: 0, 1, … in order of creation, never used twice.
pub type ThreadId = u32;

/// A store, or the write of an atomic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreId {
    /// Whose.
    pub thread: ThreadId,
    /// 1, 2, … among those of its thread, in program order.
    pub number: u64,
}
