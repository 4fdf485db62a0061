//! Keeps two threads in step, round by round.

use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicU32, Ordering};

/// A counter of steps: one thread announces a step, the other waits for it.
#[derive(Debug, Default)]
pub struct Steps(AtomicU32);

impl Steps {
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Announces a step.
    pub fn announce(&self, step: u32) {
        // Release: pairs with the Acquire in `wait`; publishes what was done before the step.
        self.0.store(step, Ordering::Release);
    }

    /// Waits for this step, or a later one.
    pub fn wait(&self, step: u32) {
        // Acquire: pairs with the Release in `announce` and `meet`.
        while self.0.load(Ordering::Acquire) < step {
            spin_loop();
        }
    }

    /// Waits until both threads are in this round.
    pub fn meet(&self, round: u32) {
        // Release and Acquire: pair with each other, on this same line in the other thread.
        self.0.fetch_add(1, Ordering::AcqRel);
        self.wait(2 * round + 2);
    }
}

/// Does nothing for a while, so that the other thread gets its turn.
pub fn dawdle(rounds: u32) {
    for round in 0..rounds {
        black_box(round);
    }
}

/// Fails if `what`, which must never happen, was seen at least once.
pub fn never(what: &str, seen: u32, of: u32) -> Result<String, String> {
    if seen == 0 {
        Ok(format!("never in {of}: {what}"))
    } else {
        Err(format!("{seen} times in {of}: {what}"))
    }
}

/// Waits until the word, which held 1, changes. Returns whether it became 0, though the other
/// thread stores 2.
pub fn goes_back(word: &AtomicU32) -> bool {
    loop {
        // Relaxed: coherence alone forbids to see an older value of the same location.
        match word.load(Ordering::Relaxed) {
            1 => spin_loop(),
            value => return value == 0,
        }
    }
}

/// Waits until the word holds 1. Relaxed: as in `goes_back`.
pub fn wait_for_1(word: &AtomicU32) {
    while word.load(Ordering::Relaxed) != 1 {
        spin_loop();
    }
}
