//! One of the two halves that QEMU reports of one access.

use super::memory_access::MemoryAccess;
use crate::translate::Instruction;

/// A half that was reported.
#[derive(Debug, Clone, Copy)]
pub(super) struct Half {
    pub instruction: Instruction,
    pub access: MemoryAccess,
}
