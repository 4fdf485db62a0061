//! A memory access as QEMU reports it.

/// A memory access as QEMU reports it, after it is done.
#[derive(Debug, Clone, Copy)]
pub struct MemoryAccess {
    /// The guest address.
    pub addr: u64,
    /// The number of bytes.
    pub size: usize,
    /// Whether it is a store or a read-modify-write.
    pub store: bool,
}
