//! Whether the guest may handle a signal.
//!
//! The frame of a signal is written to the memory of its thread, and no callback tells of it. A
//! program that handles no signal is spared what this costs.

use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Relaxed, as all here: only the token's holder stores and loads it.
static EXPECTED: AtomicBool = AtomicBool::new(false);

/// Notes that the guest may handle a signal from here on.
pub fn expect() {
    EXPECTED.store(true, Relaxed);
}

/// Whether the guest may handle a signal.
pub fn are_expected() -> bool {
    EXPECTED.load(Relaxed)
}

/// Whether the guest may have sent a signal to one of its threads.
static SENT: AtomicBool = AtomicBool::new(false);

/// Notes that the guest may send a signal.
pub fn sends() {
    SENT.store(true, Relaxed);
}

/// Whether a signal may come at any time that the guest has sent, and may handle.
pub fn may_come() -> bool {
    are_expected() && SENT.load(Relaxed)
}

/// Calls `f` with all signals blocked. A thread that it starts runs no handler of QEMU's.
pub fn blocked<R>(f: impl FnOnce() -> R) -> R {
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // The C library leaves out the signals that it needs itself.
    // SAFETY: the sets are valid for the calls, and `before` is set by the second one.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
    }
    let result = f();
    // SAFETY: the first call has set `before`.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut()) };
    result
}
