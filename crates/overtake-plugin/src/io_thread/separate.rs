//! A thread that shares neither descriptors nor a working directory with the others.

use crate::signals;
use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr::null;
use std::{io, thread};

/// The stack of the I/O thread, in bytes.
const STACK: usize = 256 << 10;

thread_local! {
    /// Whether the thread shares neither descriptors nor a working directory with the others.
    static IS_APART: Cell<bool> = const { Cell::new(false) };
}

/// Starts a thread with all signals blocked, so that it runs no handler of QEMU's. It leaves the
/// others' descriptors and working directory, if the kernel lets it.
pub fn spawn(body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let start = || {
        thread::Builder::new()
            .name("overtake-io".to_owned())
            .stack_size(STACK)
            .spawn(|| leave(Box::new(body)))
    };
    signals::blocked(start).map(drop)
}

/// Runs `body` where descriptors and the working directory are not shared.
///
/// Docker's seccomp profile forbids `unshare`, but no `clone` without CLONE_FILES and CLONE_FS. So
/// there a second kernel thread takes over what this one is to the C library (its thread-local
/// storage), and this one sleeps for good. QEMU's user mode makes no such thread: the plugin's own
/// tests, emulated, share what they have.
fn leave(body: Box<dyn FnOnce() + Send>) {
    // SAFETY: no preconditions.
    if unsafe { libc::unshare(libc::CLONE_FILES | libc::CLONE_FS) } == 0 {
        IS_APART.set(true);
        return body();
    }
    let flags = libc::CLONE_VM | libc::CLONE_SIGHAND | libc::CLONE_THREAD | libc::CLONE_SYSVSEM;
    let stack = Box::leak(vec![0_u128; STACK / size_of::<u128>()].into_boxed_slice());
    let top = stack.as_mut_ptr_range().end.cast::<c_void>();
    let body = Box::into_raw(Box::new(body));
    // SAFETY: the stack is the new thread's alone, and aligned. The calling thread does nothing from
    // here on that uses its thread-local storage, which is the new thread's now.
    if unsafe { libc::clone(take_over, top, flags, body.cast::<c_void>()) } != -1 {
        sleep_for_good();
    }
    // SAFETY: there is no new thread, so `body` is still the only pointer to it.
    (*unsafe { Box::from_raw(body) })();
}

/// The new thread of [`leave`].
extern "C" fn take_over(body: *mut c_void) -> c_int {
    IS_APART.set(true);
    // SAFETY: `leave` has made it a pointer, for this thread.
    (*unsafe { Box::from_raw(body.cast::<Box<dyn FnOnce() + Send>>()) })();
    0
}

/// Waits on a word that nobody wakes, with all signals blocked.
fn sleep_for_good() -> ! {
    let word = 0_u32;
    loop {
        // SAFETY: the word is valid for the call.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                &raw const word,
                libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                0,
                null::<libc::timespec>(),
            );
        }
    }
}

/// Closes the descriptors of the calling thread but for this one, if they are its own.
pub fn separate(kept: Option<u32>) {
    if !IS_APART.get() {
        return;
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
