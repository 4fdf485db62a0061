//! An access as QEMU reports it.

/// A memory access as QEMU reports it, after it was done.
#[derive(Debug, Clone, Copy)]
pub struct MemoryAccess {
    /// Guest address.
    pub addr: u64,
    /// Bytes.
    pub size: usize,
    /// A store, or a read-modify-write.
    pub store: bool,
}
