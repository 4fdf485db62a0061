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

    /// Called before a round of [`Strategy::commits`] for one thread's buffer.
    fn start_round(&mut self);

    /// Whether a store that may commit does so in this round.
    fn commits(&mut self) -> bool;
}

/// Every choice at random, each independent of the others, from one seed.
///
/// Two rates are drawn anew again and again, so that a run has slow and fast phases of both: how
/// long a thread runs (1 to 64 shared accesses), and how readily stores commit (a quarter, a
/// half or three quarters of those that may, each round).
#[derive(Debug, Clone)]
pub struct Uniform {
    rng: Xoshiro256PlusPlus,
    /// Of 4.
    commit_rate: u64,
}

impl Uniform {
    /// The strategy of a seed; any seed is as good as any other.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            commit_rate: 2,
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
        let longest = 1 << self.below(7);
        Quantum {
            accesses: 1 + self.below(longest) as u32,
            instructions: 1 + self.below(20_000) as u32,
        }
    }

    fn start_round(&mut self) {
        self.commit_rate = 1 + self.below(3);
    }

    fn commits(&mut self) -> bool {
        self.below(4) < self.commit_rate
    }
}
