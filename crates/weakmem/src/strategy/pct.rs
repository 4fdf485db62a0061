//! Probabilistic concurrency testing (PCT).

use super::dice::Dice;
use super::{Progress, Quantum, Strategy};
use crate::ids::{StoreId, ThreadId};
use std::collections::BTreeMap;

/// One of this many choices is a change point.
const CHANGES: u64 = 4;

/// Random priorities: the runnable thread of the highest priority runs, until a change point
/// gives it the lowest.
///
/// After Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with Probabilistic
/// Guarantees of Finding Bugs" (ASPLOS 2010). There the number of change points is fixed and they
/// are spread over a run of known length; here the length is not known, so that each choice of a
/// thread is a change point with a fixed probability. That also ends any wait: a thread that spins
/// loses its priority in time.
#[derive(Debug, Clone)]
pub struct Pct {
    dice: Dice,
    /// Higher runs first.
    priorities: BTreeMap<ThreadId, i64>,
    /// What the next change point gives.
    lowest: i64,
}

impl Pct {
    /// The strategy of a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            priorities: BTreeMap::new(),
            lowest: -1,
        }
    }
}

impl Strategy for Pct {
    fn next_thread(&mut self, runnable: &[ThreadId]) -> ThreadId {
        for thread in runnable {
            let dice = &mut self.dice;
            let draw = || dice.below(1 << 32) as i64;
            self.priorities.entry(*thread).or_insert_with(draw);
        }
        let highest = |priorities: &BTreeMap<ThreadId, i64>| {
            let of = |thread: &&ThreadId| (priorities[thread], std::cmp::Reverse(**thread));
            *runnable.iter().max_by_key(of).unwrap_or(&runnable[0])
        };
        if self.dice.below(CHANGES) == 0 {
            self.priorities
                .insert(highest(&self.priorities), self.lowest);
            self.lowest -= 1;
        }
        highest(&self.priorities)
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
