//! Signals that ask `overtake` to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::thread;

use procfs::process::Process;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};

use crate::error::Error;

/// Catches the signals that ask `overtake` to end, so that no child outlives it.
///
/// Counts them, so that a second Ctrl-C reaches the guest too.
#[derive(Debug)]
pub struct Interrupts {
    count: AtomicUsize,
    last: AtomicI32,
}

impl Interrupts {
    /// Catches the signals from now on, except those that are ignored (`nohup`, background jobs of a shell).
    /// Children inherit the signal dispositions that `overtake` was started with.
    pub fn catch() -> Result<&'static Self, Error> {
        static CAUGHT: Interrupts = Interrupts {
            count: AtomicUsize::new(0),
            last: AtomicI32::new(0),
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

    /// Returns an error if a signal asked `overtake` to end.
    pub fn check(&self) -> Result<(), Error> {
        match self.seen() {
            (0, _) => Ok(()),
            (_, signal) => Err(Error::Interrupted { signal }),
        }
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
