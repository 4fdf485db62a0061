//! The two threads go through the rounds together.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{hint, thread};

use crate::nodes::{Lone, Round};

/// What the two threads do in a round.
pub struct Mode {
    pub name: &'static str,
    pub publish: fn(&Round, u64),
    /// Whether it finds the node filled.
    pub read: fn(&Round, u64) -> bool,
}

/// In how many of so many rounds the reader found a node unfilled.
pub fn run(mode: &Mode, rounds: u32) -> usize {
    let rounds: Vec<_> = (0..rounds).map(|_| Round::default()).collect();
    let gates = [Lone::default(), Lone::default()];
    let barrier = Barrier::new(2);
    let begin = || {
        // Every page has been used by both threads before the first round.
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
    // Release and Acquire: pair with each other across the threads. What a round is about comes
    // after them, so they leave it free.
    mine.0.store(round, Ordering::Release);
    let mut spins = 0;
    while other.0.load(Ordering::Acquire) < round {
        // Not for ever: the other thread may need this one's CPU.
        spins += 1;
        if spins % 2000 == 0 {
            thread::yield_now();
        } else {
            hint::spin_loop();
        }
    }
}
