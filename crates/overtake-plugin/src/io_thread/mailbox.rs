//! The exchange of work between the threads of a process and its I/O thread.

use super::absent::Absent;
use std::cell::UnsafeCell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

// The values of `Mailbox::turn`: whose turn it is.
/// The caller may put work into the mailbox.
const CALLER: u32 = 0;
/// The I/O thread does the work.
const WORKER: u32 = 1;

/// The work that a caller waits for. It lives on the caller's stack.
type Work = *mut (dyn FnMut() + Send);

/// The exchange between callers and the I/O thread of one process.
pub struct Mailbox {
    /// One caller at a time, who learns whether there is a thread.
    pub callers: Mutex<State>,
    turn: AtomicU32,
    work: UnsafeCell<Option<Work>>,
    process: u32,
}

/// Whether there is an I/O thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was not needed yet.
    NotStarted,
    /// It waits for work.
    Runs,
    /// It could not be started.
    Impossible,
}

// SAFETY: `work` is accessed by the caller that holds `callers`, and by the I/O thread while `turn`
// is `WORKER`. Each passes the turn on with a Release store, which the other one's Acquire load
// reads.
unsafe impl Sync for Mailbox {}

impl Mailbox {
    /// Creates a mailbox, which is never freed.
    pub fn new() -> *mut Self {
        Box::leak(Box::new(Self {
            callers: Mutex::new(State::NotStarted),
            turn: AtomicU32::new(CALLER),
            work: UnsafeCell::new(None),
            process: std::process::id(),
        }))
    }

    /// Waits until it is the turn of `whose`. Returns false in a process that has forked since.
    ///
    /// `pause` is called whenever this is about to sleep, and says for how long at most.
    fn wait(&self, whose: u32, pause: impl Fn() -> Option<Duration>) -> bool {
        loop {
            // Acquire: pairs with the Release store in `pass_to`.
            let turn = self.turn.load(Ordering::Acquire);
            if turn == whose {
                return true;
            }
            let timeout = pause().map(|pause| libc::timespec {
                tv_sec: pause.as_secs() as libc::time_t,
                tv_nsec: pause.subsec_nanos().into(),
            });
            // SAFETY: the word and the timeout are valid for the call.
            let status = unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    self.turn.as_ptr(),
                    libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                    turn,
                    timeout.as_ref().map_or(null(), std::ptr::from_ref),
                )
            };
            if status == -1
                && io::Error::last_os_error().raw_os_error() == Some(libc::ETIMEDOUT)
                && self.process != std::process::id()
            {
                return false;
            }
        }
    }

    fn pass_to(&self, whose: u32) {
        // Release: pairs with the Acquire load in `wait`.
        self.turn.store(whose, Ordering::Release);
        // SAFETY: the word is valid for the call.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.turn.as_ptr(),
                libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                1,
            );
        }
    }

    /// Lets the I/O thread do the work. The caller holds `callers`. `begin` starts the thread if it
    /// does not exist yet.
    pub fn ask<R: Send>(
        &'static self,
        work: impl FnOnce() -> R + Send,
        begin: impl FnOnce() -> io::Result<()>,
    ) -> Result<R, Absent> {
        let mut result = None;
        let mut work = Some(work);
        let mut job = || result = work.take().map(|work| work());
        let job: *mut (dyn FnMut() + Send + '_) = &raw mut job;
        // SAFETY: only the lifetime changes. The caller waits until the work is done, or until it is
        // certain that nobody will do it.
        let job: Work = unsafe { std::mem::transmute(job) };
        // SAFETY: it is the caller's turn, and the caller is the only one.
        unsafe { *self.work.get() = Some(job) };
        self.pass_to(WORKER);
        let second = || Some(Duration::from_secs(1));
        if begin().is_err() || !self.wait(CALLER, second) {
            return Err(Absent);
        }
        result.ok_or(Absent)
    }

    /// Does the work of callers, on the I/O thread. Calls `before` before each, and `idle` before it
    /// sleeps, for at most the time that `idle` returns.
    pub fn serve(&self, before: impl Fn(), idle: impl Fn() -> Option<Duration>) {
        while self.wait(WORKER, &idle) {
            before();
            // SAFETY: it is the I/O thread's turn.
            let work = unsafe { (*self.work.get()).take() };
            if let Some(work) = work {
                // SAFETY: the caller waits in `ask`, so its stack holds the work.
                let work = AssertUnwindSafe(|| unsafe { (*work)() });
                // The hook has reported a panic and ended the process, except in tests.
                let _ = catch_unwind(work);
            }
            self.pass_to(CALLER);
        }
    }
}
