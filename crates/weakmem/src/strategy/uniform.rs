//! Uniform random choices.

use super::dice::Dice;
use super::{Progress, Quantum, Strategy};
use crate::ids::{StoreId, ThreadId};

/// Every choice at random, each independent of the others, from one seed.
///
/// How long a thread runs, how long a store stays pending, and how long a write stays unseen, are
/// drawn by their order of magnitude, so that the window in which another thread may look is
/// often wide.
#[derive(Debug, Clone)]
pub struct Uniform {
    dice: Dice,
}

impl Uniform {
    /// The strategy of a seed; any seed is as good as any other.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
        }
    }
}

impl Strategy for Uniform {
    fn next_thread(&mut self, runnable: &[ThreadId]) -> ThreadId {
        runnable[self.dice.below(runnable.len() as u64) as usize]
    }

    fn quantum(&mut self, _: Progress) -> Quantum {
        self.dice.quantum()
    }

    fn store_delay(&mut self, _: StoreId) -> u64 {
        self.dice.store_delay()
    }

    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        self.dice.read_delay()
    }

    fn arrival_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        self.dice.arrival_delay()
    }

    fn fails(&mut self, _: ThreadId) -> bool {
        self.dice.fails()
    }
}
