//! System calls, made directly: the C library may answer some of them without the kernel.

use std::ptr;
use std::sync::atomic::AtomicU32;

/// Gives up the rest of the thread's time.
pub fn yields() {
    // SAFETY: it takes no arguments.
    unsafe { libc::syscall(libc::SYS_sched_yield) };
}

/// Sleeps for a nanosecond at least.
pub fn sleep() {
    let time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 1,
    };
    let none = ptr::null_mut::<libc::timespec>();
    // SAFETY: `time` lives, and the null pointer asks for nothing.
    unsafe { libc::syscall(libc::SYS_nanosleep, &raw const time, none) };
}

/// Reads the clock into the first four words.
pub fn clock(words: &[AtomicU32]) {
    assert!(words.len() >= 4, "too few words for a time");
    // SAFETY: the words live, and are atomics, which the kernel may write.
    unsafe {
        libc::syscall(
            libc::SYS_clock_gettime,
            libc::CLOCK_REALTIME,
            words.as_ptr(),
        )
    };
}

/// Wakes a thread that waits on this word. There is none.
pub fn wake(word: &AtomicU32) {
    // SAFETY: the word lives.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, 1) };
}

/// Asks for the thread's number.
pub fn gettid() {
    // SAFETY: it takes no arguments.
    unsafe { libc::syscall(libc::SYS_gettid) };
}
