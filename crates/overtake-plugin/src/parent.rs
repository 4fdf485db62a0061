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

#[cfg(test)]
mod tests {
    use super::*;

    /// How a child ends that expects this parent.
    fn end_of_child(parent: i32) -> i32 {
        // SAFETY: the child makes system calls only, and ends.
        let pid = unsafe { libc::fork() };
        assert_ne!(pid, -1);
        if pid == 0 {
            end_with(parent);
            // SAFETY: no preconditions.
            unsafe { libc::_exit(7) };
        }
        let mut status = 0;
        // SAFETY: `status` is valid for the call.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        status
    }

    #[test]
    fn a_child_whose_parent_is_gone_already_ends() {
        let this = std::process::id().cast_signed();
        let alive = end_of_child(this);
        assert!(libc::WIFEXITED(alive) && libc::WEXITSTATUS(alive) == 7);
        // An orphan has another parent than the one that made it.
        let orphan = end_of_child(this + 1);
        assert!(libc::WIFSIGNALED(orphan) && libc::WTERMSIG(orphan) == libc::SIGKILL);
    }
}
