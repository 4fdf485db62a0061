//! A process that ends when its parent ends.

/// Returns the parent of this process.
pub fn current() -> i32 {
    // SAFETY: no preconditions.
    unsafe { libc::getppid() }
}

/// Makes this process end when its parent, the process `parent`, ends. The kernel remembers it for
/// the calling thread, and for as long as that thread keeps its credentials.
///
/// If the parent has ended already, this process ends now: the kernel sends no signal for a parent
/// that is gone.
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

    /// Returns the wait status of a child that expects this process to be its parent.
    fn end_of_child(parent: i32) -> i32 {
        // SAFETY: the child makes only system calls, and exits.
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
        // An orphan's parent is another process than its creator.
        let orphan = end_of_child(this + 1);
        assert!(libc::WIFSIGNALED(orphan) && libc::WTERMSIG(orphan) == libc::SIGKILL);
    }
}
