//! A process that ends when its parent does.

/// The parent of this process.
pub fn current() -> i32 {
    // SAFETY: no preconditions.
    unsafe { libc::getppid() }
}

/// When the process `parent`, which has started this one, ends, this one does too. If it has ended
/// already, this one ends now: the kernel sends no signal for a parent that is gone.
pub fn end_with(parent: i32) {
    // SAFETY: no preconditions.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    if current() != parent {
        // SAFETY: no preconditions.
        unsafe { libc::raise(libc::SIGKILL) };
    }
}
