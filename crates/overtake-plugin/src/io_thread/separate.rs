//! A thread that shares neither descriptors nor a working directory with the others.

use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::{io, thread};

/// The stack of the I/O thread, in bytes.
const STACK: usize = 256 << 10;

/// Starts a thread with all signals blocked, so that it runs no handler of QEMU's.
pub fn spawn(body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // The C library leaves out the signals that it needs itself.
    // SAFETY: the sets are valid for the calls, and `before` is set by the second one.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
    }
    let spawned = thread::Builder::new()
        .name("overtake-io".to_owned())
        .stack_size(STACK)
        .spawn(body);
    // SAFETY: the first call has set `before`.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut()) };
    spawned.map(drop)
}

/// Gives the calling thread descriptors and a working directory of its own, and closes the
/// descriptors but for this one.
pub fn separate(kept: Option<u32>) -> io::Result<()> {
    // SAFETY: no preconditions.
    if unsafe { libc::unshare(libc::CLONE_FILES | libc::CLONE_FS) } == -1 {
        if std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM) {
            // Docker's seccomp profile forbids `unshare`. The table stays the guest's: what is open
            // there is visible to the guest, and must not be closed.
            return Ok(());
        }
        return Err(io::Error::last_os_error());
    }
    // What the plugin writes is for the user alone, whatever mask a guest had before its copy.
    // SAFETY: no preconditions.
    unsafe { libc::umask(0o077) };
    match kept {
        None => close(0, u32::MAX),
        Some(kept) => {
            close(0, kept - 1);
            close(kept + 1, u32::MAX);
        }
    }
    Ok(())
}

/// Closes the descriptors from `first` to `last`, inclusive.
fn close(first: u32, last: u32) {
    // SAFETY: the calling thread has its own descriptors, and uses none of them.
    if unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } == 0 {
        return;
    }
    // A kernel before Linux 5.9.
    let mut limit = MaybeUninit::<libc::rlimit>::uninit();
    // SAFETY: the call sets `limit`.
    let highest = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, limit.as_mut_ptr());
        u32::try_from(limit.assume_init().rlim_max).unwrap_or(1 << 20)
    };
    for descriptor in first..=last.min(highest) {
        // SAFETY: as above.
        unsafe { libc::close(descriptor.cast_signed()) };
    }
}
