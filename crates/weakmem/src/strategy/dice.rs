//! Numbers from a seed, the same on every host.

use super::Quantum;
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A generator, and how strategies draw from it.
#[derive(Debug, Clone)]
pub(super) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number below `bound`, by multiply and shift: its bias (below 2⁻³² for the bounds used
    /// here) does not matter.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// By order of magnitude: most are short, some are very long.
    pub fn quantum(&mut self) -> Quantum {
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

    /// By order of magnitude, so that a store often outlives many later ones.
    pub fn store_delay(&mut self) -> u64 {
        (1 << self.below(5)) - 1
    }

    /// Half of the writes are seen at once; the others by order of magnitude.
    pub fn read_delay(&mut self) -> u64 {
        (1 << self.below(10).saturating_sub(4)) - 1
    }

    /// Seven of eight writes arrive at once; the others by order of magnitude. While a write is late, threads that
    /// wait for it wait longer.
    pub fn arrival_delay(&mut self) -> u64 {
        (1 << self.below(32).saturating_sub(27)) - 1
    }

    pub fn fails(&mut self) -> bool {
        self.below(16) == 0
    }
}
