//! Signals that ask `overtake` to end.

use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::thread;

use procfs::process::Process;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use crate::error::Error;

/// Signals that ask `overtake` to end, caught so that no child outlives it.
///
/// Counted rather than flagged, so that a second Ctrl-C reaches the guest as well.
#[derive(Debug)]
pub struct Interrupts {
    count: AtomicUsize,
    last: AtomicI32,
}

impl Interrupts {
    /// Catches the signals from now on, but those that are ignored (`nohup`, a shell's background
    /// jobs). Children start with the reactions that `overtake` was started with.
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

    /// How many came so far, and the last of them.
    pub(crate) fn seen(&self) -> (usize, i32) {
        // `Acquire`: pairs with the `Release` increment in `catch`; orders `last`.
        let count = self.count.load(Ordering::Acquire);
        // `Relaxed`: at least as new as `count`, see above.
        (count, self.last.load(Ordering::Relaxed))
    }

    /// An error if `overtake` was asked to end.
    pub fn check(&self) -> Result<(), Error> {
        match self.seen() {
            (0, _) => Ok(()),
            (_, signal) => Err(Error::Interrupted { signal }),
        }
    }
}

/// The signals that `overtake` was started to ignore: bit n - 1 for signal n.
fn ignored() -> u64 {
    let status = Process::myself().and_then(|process| process.status());
    status.map_or(0, |status| status.sigign)
}
