//! Accesses that are one to the architecture, and of which QEMU reports two halves.
//!
//! QEMU 7.2 makes two accesses of eight bytes of every one of 16, and two of four bytes for
//! AArch64's pairs of words, and reports both. The machine gets the whole when the second half is
//! reported. Between the two nothing else happens: the thread keeps the token, and memory stays as
//! it was prepared.

use super::half::Half;
use super::{Engine, MemoryAccess};
use crate::translate::Instruction;

impl Engine {
    /// Returns the whole access if this completes it, or is no half; `None` if the other half is still to
    /// come. Only for accesses of which QEMU may report halves, or after a first half.
    #[cold]
    pub(super) fn join(
        &mut self,
        instruction: &Instruction,
        access: MemoryAccess,
    ) -> Option<MemoryAccess> {
        let size = usize::from(instruction.flow.part);
        let is_half = instruction.single && access.size == size;
        if let Some(Half {
            instruction: of,
            access: first,
        }) = self.half
            && is_half
            && (of.address, first.store) == (instruction.address, access.store)
            && first.addr.abs_diff(access.addr) == size as u64
        {
            self.half = None;
            return Some(MemoryAccess {
                addr: first.addr.min(access.addr),
                size: 2 * size,
                ..access
            });
        }
        self.finish_half();
        if is_half {
            self.half = Some(Half {
                instruction: *instruction,
                access,
            });
            return None;
        }
        Some(access)
    }

    /// The other half did not come: the access to it faulted, or was on the fast path.
    #[inline]
    pub(super) fn finish_half(&mut self) {
        if self.half.is_some() {
            self.finish_this_half();
        }
    }

    #[cold]
    fn finish_this_half(&mut self) {
        if let Some(half) = self.half.take() {
            self.made(&half.instruction, half.access);
        }
    }
}
