//! Whether a forked copy of the guest would be the same as the guest.
//!
//! `fork(2)` lists what a child does not inherit. A guest that has some of it when it creates its
//! first thread is not copied: each of its runs is started anew.

use crate::io_thread;
use std::mem::MaybeUninit;

/// Whether the calling thread, which is the guest's only one, can be copied.
pub fn is_copyable() -> bool {
    has_no_timer() && has_no_pending_signal() && has_no_child() && can_open_files()
}

fn has_no_timer() -> bool {
    let is_off = |which| {
        let mut timer = MaybeUninit::<libc::itimerval>::uninit();
        // SAFETY: the call sets `timer`.
        let left = unsafe {
            libc::getitimer(which, timer.as_mut_ptr());
            timer.assume_init().it_value
        };
        left.tv_sec == 0 && left.tv_usec == 0
    };
    let timers = [libc::ITIMER_REAL, libc::ITIMER_VIRTUAL, libc::ITIMER_PROF];
    // Those of `timer_create`. A kernel without this file does not tell.
    let others = io_thread::run(|| std::fs::read("/proc/self/timers"));
    timers.into_iter().all(is_off) && !matches!(others, Ok(Ok(list)) if !list.is_empty())
}

fn has_no_pending_signal() -> bool {
    let mut pending = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the call sets `pending`.
    let pending = unsafe {
        libc::sigpending(pending.as_mut_ptr());
        pending.assume_init()
    };
    // SAFETY: the set is valid for the call.
    (1..=64).all(|signal| unsafe { libc::sigismember(&raw const pending, signal) != 1 })
}

fn has_no_child() -> bool {
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT | libc::__WALL;
    let mut information = MaybeUninit::<libc::siginfo_t>::uninit();
    // SAFETY: the call only writes `information`; it waits for nothing and reaps no child.
    unsafe { libc::waitid(libc::P_ALL, 0, information.as_mut_ptr(), options) == -1 }
}

/// Whether the thread may open the files of a copy: it has the root and the user that QEMU was
/// started with, and may have descriptors.
fn can_open_files() -> bool {
    let mut limit = MaybeUninit::<libc::rlimit>::uninit();
    // SAFETY: the call sets `limit`.
    let descriptors = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, limit.as_mut_ptr());
        limit.assume_init().rlim_cur
    };
    descriptors > 3 && io_thread::run(view).is_ok_and(|it| it == view())
}

/// How the calling thread sees files: the device and inode of its root, its user and group.
fn view() -> (Option<(u64, u64)>, u32, u32) {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the path ends in NUL, and the call sets `status` if it succeeds.
    unsafe {
        let found = libc::stat(c"/".as_ptr(), status.as_mut_ptr()) == 0;
        let root = found.then(|| {
            let status = status.assume_init();
            (status.st_dev, status.st_ino)
        });
        (root, libc::geteuid(), libc::getegid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a child, which is alone: other tests have children and timers.
    #[track_caller]
    fn in_a_child(check: impl FnOnce() -> bool) {
        // SAFETY: the child runs only `check`, and the C library restores its locks in the child.
        let child = unsafe { libc::fork() };
        if child == 0 {
            io_thread::forget();
            let good = check();
            // SAFETY: no preconditions.
            unsafe { libc::_exit(i32::from(!good)) };
        }
        let mut status = 0;
        // SAFETY: `status` is valid for the call.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    }

    #[test]
    #[cfg_attr(
        not(target_arch = "x86_64"),
        ignore = "QEMU 7.2 starts no thread in a child of a process that has several"
    )]
    fn a_process_is_copied_only_with_all_that_it_has() {
        in_a_child(is_copyable);
        in_a_child(|| {
            // SAFETY: the child ends before the alarm.
            unsafe { libc::alarm(1000) };
            !has_no_timer() && !is_copyable()
        });
        in_a_child(|| {
            // SAFETY: the grandchild ends at once.
            if unsafe { libc::fork() } == 0 {
                // SAFETY: no preconditions.
                unsafe { libc::_exit(0) };
            }
            !has_no_child()
        });
        in_a_child(|| {
            let mut set = MaybeUninit::uninit();
            // SAFETY: the set is valid for the calls, and the signal is blocked.
            unsafe {
                libc::sigemptyset(set.as_mut_ptr());
                libc::sigaddset(set.as_mut_ptr(), libc::SIGTERM);
                libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
                libc::raise(libc::SIGTERM);
            }
            !has_no_pending_signal()
        });
    }
}
