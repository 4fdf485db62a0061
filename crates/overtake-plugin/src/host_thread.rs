//! The state of a host thread of this process, from /proc, which the I/O thread reads.

use crate::affinity;
use crate::interrupt;
use crate::io_thread;
use crate::token::{Doing, Host};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
    fence,
};
use std::time::{Duration, Instant};

/// How many files the I/O thread keeps open.
const KEPT: usize = 1000;

/// A thread whose state the kernel does not tell counts as asleep when it has used no processor time
/// for so long ...
const IDLE: Duration = Duration::from_millis(10);
/// ... and was looked at so often, that this process cannot have been stopped meanwhile.
const LOOK: Duration = Duration::from_millis(50);

/// The numbers that the kernel has given the calling thread, and this process.
pub fn numbers() -> [u32; 2] {
    // SAFETY: neither has preconditions.
    unsafe { [libc::gettid(), libc::getpid()] }.map(i32::cast_unsigned)
}

/// A host thread of this process.
#[derive(Debug)]
pub struct HostThread {
    tid: i32,
    /// A number that no other thread has: the kernel uses a `tid` again.
    number: u64,
    /// What is known of it without /proc.
    idle: Cell<Option<Idle>>,
}

/// A time in which a thread uses no processor time.
#[derive(Debug, Clone, Copy)]
struct Idle {
    /// The processor time that the thread had used before.
    used: Duration,
    since: Instant,
    looked: Instant,
}

thread_local! {
    /// The files that the I/O thread keeps open.
    static FILES: RefCell<FxHashMap<(u64, Which), File>> = RefCell::default();
}

/// A file that tells something about a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Which {
    Stat,
    Syscall,
}

impl HostThread {
    /// Reads one of the thread's files, on the I/O thread. Returns the length.
    fn read(tid: i32, number: u64, which: Which, text: &mut [u8]) -> io::Result<usize> {
        FILES.with_borrow_mut(|files| {
            let file = match files.get(&(number, which)) {
                Some(file) => file,
                None => keep(files, tid, number, which)?,
            };
            // SeqCst: continues the full barrier that `Host::doing` describes on this thread, which
            // saw the caller's stores when it took the work.
            fence(SeqCst);
            file.read_at(text, 0)
        })
    }

    /// Returns the state, on the I/O thread; `None` if the kernel does not tell.
    fn state(tid: i32, number: u64) -> Option<Doing> {
        let mut text = [0; 128];
        let length = match Self::read(tid, number, Which::Stat, &mut text) {
            Ok(length) => length,
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Some(Doing::Gone),
            Err(_) => return None,
        };
        Some(match state_letter(&text[..length]) {
            Some(b'S') => Doing::Sleeps,
            Some(b'Z' | b'X') => Doing::Gone,
            _ => Doing::Runs,
        })
    }

    /// Guesses the state where the kernel does not tell it: there is no I/O thread, no /proc, or no
    /// descriptor left.
    ///
    /// What a wrong guess does: a thread that comes back from a system call is not among those that
    /// are chosen from. `Slots::holder_sleeps` waits longer than this for other threads.
    fn guess(&self) -> Doing {
        // SAFETY: signal 0 only checks whether the thread exists.
        let status = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), self.tid, 0) };
        if status == -1 && io::Error::last_os_error().raw_os_error() == Some(libc::ESRCH) {
            return Doing::Gone;
        }
        let (used, now) = (processor_time(self.tid), Instant::now());
        let before = self.idle.get();
        let same = |it: &Idle| it.used == used && now - it.looked < LOOK;
        let since = before.filter(same).map_or(now, |it| it.since);
        self.idle.set(Some(Idle {
            used,
            since,
            looked: now,
        }));
        if now - since >= IDLE {
            Doing::Sleeps
        } else {
            Doing::Runs
        }
    }
}

/// Opens a file of a thread, and keeps it.
fn keep(
    files: &mut FxHashMap<(u64, Which), File>,
    tid: i32,
    number: u64,
    which: Which,
) -> io::Result<&File> {
    let path = match which {
        Which::Stat => format!("/proc/self/task/{tid}/stat"),
        Which::Syscall => format!("/proc/self/task/{tid}/syscall"),
    };
    if files.len() >= KEPT {
        files.clear();
    }
    let file = match File::open(&path) {
        // The limit may be lower than it was.
        Err(error) if error.raw_os_error() == Some(libc::EMFILE) && !files.is_empty() => {
            files.clear();
            File::open(&path)?
        }
        other => other?,
    };
    Ok(files.entry((number, which)).or_insert(file))
}

/// The processor time that a thread of this process has used.
fn processor_time(tid: i32) -> Duration {
    // The kernel's number of the clock: CPUCLOCK_SCHED of one thread (`clock_getcpuclockid(3)`).
    let clock = (!tid << 3) | 6;
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is valid for the call.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

thread_local! {
    /// The number of the calling thread, once it has one. Unlike the kernel's number it costs no system call.
    static CURRENT: Cell<Option<u64>> = const { Cell::new(None) };
}

impl Host for HostThread {
    fn current() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        // Relaxed: only the number matters.
        let number = NUMBER.fetch_add(1, Relaxed);
        CURRENT.set(Some(number));
        Self {
            // SAFETY: gettid has no preconditions.
            tid: unsafe { libc::gettid() },
            number,
            idle: Cell::new(None),
        }
    }

    fn is_current(&self) -> bool {
        CURRENT.get() == Some(self.number)
    }

    fn doing(&self) -> Doing {
        let (tid, number) = (self.tid, self.number);
        let state = io_thread::run(|| Self::state(tid, number));
        state.ok().flatten().unwrap_or_else(|| self.guess())
    }

    fn doing_of(threads: &[&Self]) -> Vec<Doing> {
        if threads.is_empty() {
            return Vec::new();
        }
        let mut states: Vec<_> = threads.iter().map(|it| (it.tid, it.number, None)).collect();
        // If there is no I/O thread, the states stay unknown.
        let _ = io_thread::run(|| {
            for (tid, number, state) in &mut states {
                *state = Self::state(*tid, *number);
            }
        });
        let known = threads.iter().zip(states);
        known
            .map(|(thread, (_, _, state))| state.unwrap_or_else(|| thread.guess()))
            .collect()
    }

    fn waits_on_condition(&self) -> Option<bool> {
        // The file holds "NR ARG0 ARG1 …", or "running".
        let mut text = [0; 256];
        let (tid, number) = (self.tid, self.number);
        let read = || Self::read(tid, number, Which::Syscall, &mut text);
        let length = io_thread::run(read).ok()?.ok()?;
        let text = std::str::from_utf8(&text[..length]).ok()?;
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

    fn idles(&self) -> bool {
        self.guess() == Doing::Sleeps
    }

    fn interrupt(&self) {
        interrupt::send(self.tid);
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

    /// Checks the states of a thread that sleeps and then ends.
    fn check(doing: impl Fn(&HostThread) -> Doing) {
        let (send, receive) = std::sync::mpsc::channel();
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let handle = std::thread::spawn(move || {
            send.send(HostThread::current()).unwrap();
            gone.recv().unwrap();
        });
        let thread = receive.recv().unwrap();
        while doing(&thread) != Doing::Sleeps {
            std::thread::yield_now();
        }
        go.send(()).unwrap();
        handle.join().unwrap();
        while doing(&thread) != Doing::Gone {
            std::thread::yield_now();
        }
    }

    #[test]
    fn the_states_of_a_host_thread_are_recognised() {
        check(HostThread::doing);
        check(HostThread::guess);
        // To the I/O thread, the one that asks sleeps.
        assert_eq!(HostThread::current().guess(), Doing::Runs);
    }

    #[test]
    fn the_files_of_many_threads_are_not_all_kept() {
        for _ in 0..2 * KEPT {
            assert_ne!(HostThread::current().doing(), Doing::Gone);
        }
        let kept = io_thread::run(|| FILES.with_borrow(|files| files.len())).unwrap();
        assert!(kept <= KEPT);
    }
}
