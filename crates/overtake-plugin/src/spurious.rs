//! Accesses that QEMU makes itself, and reports as the guest's.
//!
//! On x86_64 QEMU writes the frame of a signal, and reads it back, with the functions that carry
//! out the guest's `xsave` and `xrstor`. QEMU 7.2 has then not yet forgotten to whom the accesses
//! of the last instruction of the last block are reported, so that these look like more accesses of
//! that instruction. They may come while the thread does not hold the token.
//!
//! Of a thread that holds the token it takes a system call of the host's to tell, at an access that
//! is looked at closely by an instruction that ends its block. So it is asked only of a guest that
//! may handle signals ([`expect_signals`]).
//!
//! What the kernel of a real machine does is no access of the guest either: what it has written is
//! taken over when the handler starts (`Engine::block`), as it is on the other architectures.

use crate::translate::Instruction;
use isa::Arch;
use std::mem::MaybeUninit;
use std::ptr::null;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Relaxed: it is written before there is a guest thread.
static ON_X86: AtomicBool = AtomicBool::new(false);

/// Relaxed: it is written and read by the token's holder.
static SIGNALS_EXPECTED: AtomicBool = AtomicBool::new(false);

/// The guest is one for this architecture.
pub fn install(arch: Arch) {
    ON_X86.store(arch == Arch::X86_64, Relaxed);
}

/// From here on the guest may handle a signal.
pub fn expect_signals() {
    SIGNALS_EXPECTED.store(true, Relaxed);
}

/// Whether an access that is reported as this instruction's is QEMU's own. `holds` says whether the
/// calling thread holds the token; until this is answered, it may not reach what belongs to the
/// holder.
#[inline]
pub fn is_spurious(instruction: &Instruction, holds: impl FnOnce() -> bool) -> bool {
    instruction.is_last
        && ON_X86.load(Relaxed)
        && (!holds() || SIGNALS_EXPECTED.load(Relaxed) && is_handling_signal())
}

/// Whether QEMU handles a signal of the guest on this thread: meanwhile it blocks all of the
/// host's, and at no other time the one of a bad access.
fn is_handling_signal() -> bool {
    let mut blocked = MaybeUninit::uninit();
    // SAFETY: it changes nothing, and writes the set that is blocked.
    unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, null(), blocked.as_mut_ptr()) == 0
            && libc::sigismember(blocked.as_ptr(), libc::SIGSEGV) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::{Block, Decoded};
    use arch::Pairs;

    #[test]
    fn who_does_not_hold_the_token_makes_no_access_of_its_own() {
        let decode = |address| Decoded {
            address,
            effect: isa::decode(Arch::X86_64, &[0x90]),
            flow: isa::flow(Arch::X86_64, &[0x90]),
            before: Pairs::NONE,
            after: Pairs::NONE,
        };
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
        expect_signals();
        assert!(!is_spurious(last, || true), "no signal is handled");
    }
}
