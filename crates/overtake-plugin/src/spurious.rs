//! Spurious accesses: QEMU makes them itself and reports them as the guest's.
//!
//! On x86_64, QEMU uses the functions of the guest's `xsave` and `xrstor` to write and read the
//! frame of a signal. At that point QEMU 7.2 still reports accesses on behalf of the last
//! instruction of the last block, so they look like further accesses of that instruction. They may
//! come while the thread does not hold the token.
//!
//! To recognise them in a thread that holds the token takes a system call of the host. It is needed
//! only on the slow path, for the last instruction of a block, and only if the guest may handle
//! signals ([`signals`]).
//!
//! On real hardware the kernel writes the frame, which is no access of the guest either. When the
//! handler starts, the frame enters the image (`Engine::block`), as it does on the other
//! architectures.

use crate::signals;
use crate::translate::Instruction;
use isa::Arch;
use std::mem::MaybeUninit;
use std::ptr::null;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Whether the guest is for x86_64. Relaxed: `install` stores it before a guest thread exists, and
/// `is_spurious` loads it.
static ON_X86: AtomicBool = AtomicBool::new(false);

/// Notes the architecture of the guest.
pub fn install(arch: Arch) {
    ON_X86.store(arch == Arch::X86_64, Relaxed);
}

/// Whether an access that is reported for this instruction is spurious.
///
/// `holds` tells whether the calling thread holds the token. Until this returns false, the thread
/// must not use the holder's state.
#[inline]
pub fn is_spurious(instruction: &Instruction, holds: impl FnOnce() -> bool) -> bool {
    instruction.is_last
        && ON_X86.load(Relaxed)
        && (!holds() || signals::are_expected() && is_handling_signal())
}

/// Whether QEMU is delivering a signal to the guest on this thread. QEMU then blocks all signals of
/// the host, and only then SIGSEGV.
fn is_handling_signal() -> bool {
    let mut blocked = MaybeUninit::uninit();
    // SAFETY: with no new set, the call changes nothing and writes the blocked set.
    unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, null(), blocked.as_mut_ptr()) == 0
            && libc::sigismember(blocked.as_ptr(), libc::SIGSEGV) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::{Block, Decoded};

    #[test]
    fn an_access_without_the_token_is_spurious() {
        let decode = |address| Decoded::new(Arch::X86_64, address, &[0x90], false);
        let block = Block::new(0, &[decode(0), decode(1)]);
        let [first, last] = &*block.body else {
            unreachable!()
        };
        install(Arch::AArch64);
        assert!(!is_spurious(last, || unreachable!()), "only on x86_64");
        install(Arch::X86_64);
        assert!(!is_spurious(first, || unreachable!()), "only the last one");
        assert!(is_spurious(last, || false));
        assert!(!is_spurious(last, || true), "no signal may come");
        signals::expect();
        assert!(!is_spurious(last, || true), "no signal is handled");
    }
}
