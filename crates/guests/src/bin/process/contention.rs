//! Threads that wait for each other, so that which one runs must be decided again and again.

use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// How often each thread has its turn.
const TURNS: usize = 10;

/// Lets this thread and another one take turns.
pub fn contend() {
    let state = Arc::new((Mutex::new(0), Condvar::new()));
    let other = {
        let state = Arc::clone(&state);
        thread::spawn(move || take_turns(&state, 1))
    };
    take_turns(&state, 0);
    other.join().unwrap();
    assert_eq!(*state.0.lock().unwrap(), 2 * TURNS);
}

fn take_turns((count, changed): &(Mutex<usize>, Condvar), mine: usize) {
    for _ in 0..TURNS {
        let count = count.lock().unwrap();
        let mut count = changed
            .wait_while(count, |count| *count % 2 != mine)
            .unwrap();
        *count += 1;
        changed.notify_all();
    }
}

/// The result of a system call that returns -1 if it fails.
pub fn checked(what: &str, result: libc::c_int) -> Result<libc::c_int, String> {
    match result {
        -1 => Err(format!("{what}: {}", io::Error::last_os_error())),
        result => Ok(result),
    }
}

/// The number of the error of a system call that failed, or 0.
pub fn error_of(result: libc::c_int) -> i32 {
    match result {
        -1 => io::Error::last_os_error().raw_os_error().unwrap_or(-1),
        _ => 0,
    }
}

/// Forks. The child runs `body`, and exits with the status that it returns.
pub fn fork(body: impl FnOnce() -> i32) -> Result<libc::pid_t, String> {
    // SAFETY: the C library restores its locks in the child, which uses no others of the parent's.
    match checked("fork", unsafe { libc::fork() })? {
        // SAFETY: no preconditions.
        0 => unsafe { libc::_exit(body()) },
        child => Ok(child),
    }
}

/// Waits for a child, and returns its exit status.
pub fn status_of(child: libc::pid_t) -> Result<i32, String> {
    let mut status = 0;
    // SAFETY: `status` is valid for the call.
    checked("waitpid", unsafe {
        libc::waitpid(child, &raw mut status, 0)
    })?;
    if libc::WIFEXITED(status) {
        Ok(libc::WEXITSTATUS(status))
    } else {
        Err(format!("a child ended with the wait status {status:#x}"))
    }
}
