//! Runs the two threads through the rounds together.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{hint, thread};

use crate::nodes::{Lone, Round};

/// A mode: what the two threads do in a round.
pub struct Mode {
    pub name: &'static str,
    pub publish: fn(&Round, u64),
    /// Reads the node, and returns whether it is filled.
    pub read: fn(&Round, u64) -> bool,
}

/// Returns the number of rounds in which the reader found the node unfilled.
pub fn run(mode: &Mode, rounds: u32) -> usize {
    let rounds: Vec<_> = (0..rounds).map(|_| Round::default()).collect();
    let gates = [Lone::default(), Lone::default()];
    let barrier = Barrier::new(2);
    let begin = || {
        // Both threads use every page before the first round.
        rounds.iter().for_each(Round::touch);
        barrier.wait();
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            begin();
            for (number, round) in (1..).zip(&rounds) {
                meet(&gates[0], &gates[1], number);
                (mode.publish)(round, number);
            }
        });
        begin();
        (1..)
            .zip(&rounds)
            .filter(|&(number, round)| {
                meet(&gates[1], &gates[0], number);
                !(mode.read)(round, number)
            })
            .count()
    })
}

/// Waits until both threads are in this round.
fn meet(mine: &Lone<AtomicU64>, other: &Lone<AtomicU64>, round: u64) {
    // Release and Acquire: pair with each other across the threads. They do not order the
    // accesses of the round itself, which follow them.
    mine.0.store(round, Ordering::Release);
    let mut spins = 0;
    while other.0.load(Ordering::Acquire) < round {
        // Yields now and then: the other thread may need this one's CPU.
        spins += 1;
        if spins % 2000 == 0 {
            thread::yield_now();
        } else {
            hint::spin_loop();
        }
    }
}
