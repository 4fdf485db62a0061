//! The free choices of a run: which store commits, who runs, for how long.

mod dice;
mod pct;
mod uniform;

pub use pct::Pct;
pub use uniform::Uniform;

use crate::ids::{StoreId, ThreadId};
use crate::promise::EarlyStore;

/// How long a thread runs before the next choice of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantum {
    /// Accesses of shared memory.
    pub accesses: u32,
    /// Instructions, for code that touches no shared memory.
    pub instructions: u32,
}

/// How far a thread has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Progress {
    /// Which thread.
    pub thread: ThreadId,
    /// Accesses of shared memory that it has made.
    pub accesses: u64,
    /// Instructions that it has started.
    pub instructions: u64,
}

/// Why a thread stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It had made the accesses of its quantum.
    Accesses,
    /// It had run the instructions of its quantum.
    Instructions,
    /// It waited for something, gave up the rest of its time, or ended.
    Itself,
}

/// Makes every free choice of a run. No strategy knows the program that runs.
pub trait Strategy {
    /// Which of the threads that can run is next; `runnable` is sorted and not empty.
    fn next_thread(&mut self, runnable: &[ThreadId]) -> ThreadId;

    /// For how long, from where it is.
    fn quantum(&mut self, from: Progress) -> Quantum;

    /// The thread that ran has stopped there.
    fn stopped(&mut self, at: Progress, why: Stop) {
        let _ = (at, why);
    }

    /// Which store of the thread becomes visible early, now that the thread has stopped there. `found`: one that
    /// can.
    fn early(&mut self, at: Progress, found: Option<EarlyStore>) -> Option<EarlyStore> {
        let _ = at;
        found
    }

    /// For how many rounds of [`crate::Machine::next_round`] a store stays pending, if nothing
    /// else makes it visible. At most [`LONGEST_DELAY`] count.
    fn store_delay(&mut self, store: StoreId) -> u64;

    /// For how many rounds `observer` does not see a write that has become visible, if nothing else
    /// makes it see it; 0: it sees it at once. At most [`LONGEST_DELAY`] count.
    fn read_delay(&mut self, store: StoreId, observer: ThreadId) -> u64;

    /// For how many rounds a write that has been committed has not arrived at `observer`, where memory is not
    /// multi-copy atomic; 0: it arrives at once. At most [`LONGEST_DELAY`] count.
    fn arrival_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        let _ = (store, observer);
        0
    }

    /// Whether a store-conditional of the thread that could succeed fails all the same.
    fn fails(&mut self, thread: ThreadId) -> bool;
}

/// Rounds after which a store becomes visible whatever the strategy says: in finite time, so that
/// a thread that spins on it comes on.
pub const LONGEST_DELAY: u64 = 32;
