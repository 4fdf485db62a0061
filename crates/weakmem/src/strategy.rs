//! The free choices of a run: which store commits, who runs, for how long.

mod dice;
mod pct;
mod uniform;

pub use pct::Pct;
pub use uniform::Uniform;

use crate::machine::ThreadId;

/// How long a thread runs before the next choice of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantum {
    /// Accesses of shared memory.
    pub accesses: u32,
    /// Instructions, for code that touches no shared memory.
    pub instructions: u32,
}

/// Makes every free choice of a run. No strategy knows the program that runs.
pub trait Strategy {
    /// Which of the threads that can run goes on; `runnable` is sorted and not empty.
    fn next_thread(&mut self, runnable: &[ThreadId]) -> ThreadId;

    /// For how long.
    fn quantum(&mut self) -> Quantum;

    /// For how many rounds of [`crate::Machine::propagate`] a store stays pending, if nothing
    /// else makes it visible. At most [`LONGEST_LIFE`] count.
    fn life(&mut self) -> u64;

    /// For how many rounds a thread goes on without seeing a write that has become visible, if
    /// nothing else makes it see it; 0: it sees it at once. At most [`LONGEST_LIFE`] count.
    fn lag(&mut self) -> u64;

    /// Whether a store-conditional that could succeed fails all the same.
    fn fails(&mut self) -> bool;
}

/// Rounds after which a store becomes visible whatever the strategy says: in finite time, so that
/// a thread that spins on it comes on.
pub const LONGEST_LIFE: u64 = 32;
