//! The free choices of a run: which store commits, who runs, for how long.

use crate::machine::ThreadId;
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

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
}

/// Rounds after which a store becomes visible whatever the strategy says: in finite time, so that
/// a thread that spins on it comes on.
pub const LONGEST_LIFE: u64 = 32;

/// Every choice at random, each independent of the others, from one seed.
///
/// How long a thread runs, and how long a store stays pending, are drawn by their order of
/// magnitude: most are short, some are very long, so that a store often outlives many later ones
/// and the window in which another thread may look is often wide.
#[derive(Debug, Clone)]
pub struct Uniform {
    rng: Xoshiro256PlusPlus,
}

impl Uniform {
    /// The strategy of a seed; any seed is as good as any other.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
        }
    }

    /// A number below `bound`, by multiply and shift: the same on every host, and its bias
    /// (below 2⁻³² for the bounds used here) does not matter.
    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.rng.next_u64()) * u128::from(bound)) >> 64) as u64
    }
}

impl Strategy for Uniform {
    fn next_thread(&mut self, runnable: &[ThreadId]) -> ThreadId {
        runnable[self.below(runnable.len() as u64) as usize]
    }

    fn quantum(&mut self) -> Quantum {
        let (accesses, instructions) = match self.below(16) {
            // Long enough for work that a thread must do without another coming between.
            0 => (7 + self.below(6), 15 + self.below(6)),
            often => (often % 7, 14),
        };
        Quantum {
            accesses: 1 + self.below(1 << accesses) as u32,
            instructions: 1 + self.below(1 << instructions) as u32,
        }
    }

    fn life(&mut self) -> u64 {
        (1 << self.below(5)) - 1
    }
}
