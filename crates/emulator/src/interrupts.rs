//! What asks `overtake` to end: a signal, or that its processor time is used up.

use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use procfs::process::Process;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};

use crate::error::Error;
use crate::processor_time::{self, Idle};

/// The signal that Ctrl-C sends.
pub const CTRL_C: i32 = SIGINT;

/// No limit.
const NEVER: u64 = u64::MAX;

/// Asking the kernel takes about 0.1 ms, so it is asked at most every 50 ms.
const LOOK: Duration = Duration::from_millis(50);

/// Catches the signals that ask `overtake` to end, so that no child outlives it.
///
/// Counts them, so that a second Ctrl-C reaches the guest too.
#[derive(Debug)]
pub struct Interrupts {
    count: AtomicUsize,
    last: AtomicI32,
    /// So many signals were answered.
    answered: AtomicUsize,
    /// The processor time at which `overtake` is to end, in milliseconds.
    limit: AtomicU64,
    /// When the processor time was last looked at, in milliseconds since `start`.
    looked: AtomicU64,
    start: OnceLock<Instant>,
    idle: Mutex<Option<Idle>>,
}

impl Interrupts {
    /// Catches the signals from now on, except those that are ignored (`nohup`, background jobs of a shell).
    /// Children inherit the signal dispositions that `overtake` was started with.
    pub fn catch() -> Result<&'static Self, Error> {
        static CAUGHT: Interrupts = Interrupts {
            count: AtomicUsize::new(0),
            last: AtomicI32::new(0),
            answered: AtomicUsize::new(0),
            limit: AtomicU64::new(NEVER),
            looked: AtomicU64::new(0),
            start: OnceLock::new(),
            idle: Mutex::new(None),
        };
        let ignored = ignored();
        let caught = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]
            .into_iter()
            .filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let mut signals =
            signal_hook::iterator::Signals::new(caught).map_err(|source| Error::FileSystem {
                what: "cannot catch signals".to_owned(),
                source,
            })?;
        thread::spawn(move || {
            for signal in signals.forever() {
                // `Relaxed`: ordered before `count` by its `Release`.
                CAUGHT.last.store(signal, Ordering::Relaxed);
                // `Release`: pairs with the `Acquire` load in `seen`; orders `last`.
                CAUGHT.count.fetch_add(1, Ordering::Release);
            }
        });
        Ok(&CAUGHT)
    }

    /// The number of signals so far, and the last one.
    pub(crate) fn seen(&self) -> (usize, i32) {
        // `Acquire`: pairs with the `Release` increment in `catch`; orders `last`.
        let count = self.count.load(Ordering::Acquire);
        // `Relaxed`: at least as new as `count`, see above.
        (count, self.last.load(Ordering::Relaxed))
    }

    /// Lets [`Interrupts::check`] fail once this process and its children have used so much processor time. Time in
    /// which all guests sleep counts as well, or one that sleeps for ever would not end.
    pub fn end_at(&self, processor_time: Duration) {
        let limit = u64::try_from(processor_time.as_millis()).unwrap_or(NEVER);
        // `Relaxed`: only its value counts.
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// What was asked so far is answered: the limit on processor time is gone, and only a further signal asks
    /// `overtake` to end.
    pub fn answer(&self) {
        self.limit.store(NEVER, Ordering::Relaxed);
        self.answered.store(self.seen().0, Ordering::Relaxed);
    }

    /// Returns an error if `overtake` is asked to end: by a signal, or because its processor time is used up.
    pub fn check(&self) -> Result<(), Error> {
        let (count, signal) = self.seen();
        // `Relaxed`: only its value counts.
        if count > self.answered.load(Ordering::Relaxed) {
            return Err(Error::Interrupted { signal });
        }
        let limit = self.limit.load(Ordering::Relaxed);
        if limit != NEVER && self.is_time_to_look() {
            let spent = self.spent();
            if spent >= Duration::from_millis(limit) {
                // The next caller is told, too.
                self.looked.store(0, Ordering::Relaxed);
                return Err(Error::OutOfProcessorTime { spent });
            }
        }
        Ok(())
    }

    /// The processor time so far, with the time in which all guests have slept.
    fn spent(&self) -> Duration {
        let spent = processor_time::spent();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = idle.get_or_insert_with(|| Idle::new(spent));
        spent + idle.until_now(spent)
    }

    fn is_time_to_look(&self) -> bool {
        let start = self.start.get_or_init(Instant::now);
        let now = u64::try_from((start.elapsed() + LOOK).as_millis()).unwrap_or(NEVER);
        let looked = self.looked.load(Ordering::Relaxed);
        let is_time = now - looked.min(now) >= LOOK.as_millis() as u64;
        if is_time {
            // Another thread may look as well, which does no harm.
            self.looked.store(now, Ordering::Relaxed);
        }
        is_time
    }
}

/// Makes a write beyond the limit on the size of files fail from now on, instead of ending `overtake` without a
/// message. A child has the signal's disposition that `overtake` was started with.
pub fn survive_file_size_limit() {
    if ignored() & (1 << (SIGXFSZ - 1)) == 0 {
        // A handler, because a child would inherit that the signal is ignored. Nobody reads the flag. Without the
        // handler, all is as before.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    }
}

/// The signals that were ignored when `overtake` started: bit n - 1 for signal n.
fn ignored() -> u64 {
    let status = Process::myself().and_then(|process| process.status());
    status.map_or(0, |status| status.sigign)
}
