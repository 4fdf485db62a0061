//! Accesses that QEMU makes itself, and reports as the guest's.
//!
//! On x86_64 QEMU writes the frame of a signal, and reads it back, with the functions that carry out the
//! guest's `xsave` and `xrstor`. QEMU 7.2 has then not yet forgotten to whom the accesses of the last
//! instruction of the last block are reported, so that these look like more accesses of that instruction.
//! They may come while the thread does not hold the token.
//!
//! What the kernel of a real machine does is no access of the guest either: what it has written is taken
//! over when the handler starts (`Engine::block`), as it is on the other architectures.

use crate::fast;
use crate::plugin::plugin;
use crate::translate::Instruction;
use isa::Arch;
use std::mem::MaybeUninit;
use std::ptr::null;

/// Whether an access that is reported as this instruction's, on this vCPU, is QEMU's own.
#[inline]
pub fn is_stray(vcpu: u32, instruction: &Instruction) -> bool {
    instruction.is_last
        && plugin().arch == Arch::X86_64
        && (!fast::holds(vcpu) || handles_a_signal())
}

/// Whether QEMU handles a signal of the guest on this thread: meanwhile it blocks all of the host's, and
/// at no other time the one of a bad access.
fn handles_a_signal() -> bool {
    let mut blocked = MaybeUninit::uninit();
    // SAFETY: it changes nothing, and writes the set that is blocked.
    unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, null(), blocked.as_mut_ptr()) == 0
            && libc::sigismember(blocked.as_ptr(), libc::SIGSEGV) == 1
    }
}
