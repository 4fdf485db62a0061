//! The state of a host thread of this process, from /proc.

use crate::affinity;
use crate::token::{Doing, Host};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// A host thread of this process.
#[derive(Debug)]
pub struct HostThread {
    tid: i32,
    stat: Option<File>,
}

impl Host for HostThread {
    fn current() -> Self {
        // SAFETY: gettid has no preconditions.
        let tid = unsafe { libc::gettid() };
        Self {
            tid,
            stat: File::open(format!("/proc/self/task/{tid}/stat")).ok(),
        }
    }

    fn is_current(&self) -> bool {
        // SAFETY: gettid has no preconditions.
        self.tid == unsafe { libc::gettid() }
    }

    fn doing(&self) -> Doing {
        let mut text = [0; 128];
        let length = match self.stat.as_ref().map(|stat| stat.read_at(&mut text, 0)) {
            Some(Ok(length)) => length,
            Some(Err(error)) if error.raw_os_error() == Some(libc::ESRCH) => return Doing::Gone,
            // Without /proc the state is unknown. The token waits for a thread that runs, with a
            // bound.
            _ => return Doing::Runs,
        };
        match state_letter(&text[..length]) {
            Some(b'S') => Doing::Sleeps,
            Some(b'Z' | b'X') => Doing::Gone,
            _ => Doing::Runs,
        }
    }

    fn waits_on_condition(&self) -> Option<bool> {
        // The file holds "NR ARG0 ARG1 …", or "running".
        let text = std::fs::read_to_string(format!("/proc/self/task/{}/syscall", self.tid)).ok()?;
        let mut words = text.split_whitespace();
        let number: i64 = words.next()?.parse().ok()?;
        if number != libc::SYS_futex {
            return Some(false);
        }
        let operation = words.nth(1)?.strip_prefix("0x")?;
        let operation = i32::from_str_radix(operation, 16).ok()?;
        // glibc waits on condition variables with an absolute timeout and the real-time clock.
        // Rust's own locks and condition variables never use that clock.
        Some(
            operation & libc::FUTEX_CMD_MASK == libc::FUTEX_WAIT_BITSET
                && operation & libc::FUTEX_CLOCK_REALTIME != 0,
        )
    }

    fn on_acquired() {
        affinity::token_acquired();
    }

    fn on_granted(&self) {
        affinity::token_granted(self.tid);
    }
}

/// Returns the state from `/proc/…/stat`: the letter after the command name, which may hold any
/// bytes.
fn state_letter(stat: &[u8]) -> Option<u8> {
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    stat.get(end + 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_follows_the_last_parenthesis() {
        assert_eq!(state_letter(b"12 (a) S b) R 1 2"), Some(b'R'));
        assert_eq!(state_letter(b"12 (a"), None);
    }

    #[test]
    fn the_states_of_a_host_thread_are_recognised() {
        let (send, receive) = std::sync::mpsc::channel();
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let handle = std::thread::spawn(move || {
            send.send(HostThread::current()).unwrap();
            gone.recv().unwrap();
        });
        let thread = receive.recv().unwrap();
        while !matches!(thread.doing(), Doing::Sleeps) {
            std::thread::yield_now();
        }
        go.send(()).unwrap();
        handle.join().unwrap();
        while thread.doing() != Doing::Gone {
            std::thread::yield_now();
        }
        assert_eq!(HostThread::current().doing(), Doing::Runs);
    }
}
