//! Store buffering (litmus test SB), the core of Dekker's mutual exclusion: each of two threads
//! stores to its own flag, then loads the other's. Can both read 0?
//!
//! `dekker [--ordering relaxed|seqcst] [--rounds N]` prints one line of JSON. Exit status: 0, both
//! threads read 0 in no round; 1, in at least one; 2, wrong usage. With `seqcst` it must always be
//! 0. With `relaxed` it may be 1 on every architecture, including x86.

use std::process::ExitCode;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{hint, thread};

use lexopt::{Arg, Parser, ValueExt as _};
use overtake_guests::args::{EXIT_WRONG, number, unexpected, usage_error};
use overtake_guests::fastbins;
use serde::Serialize;

struct Options {
    name: &'static str,
    /// The ordering of the flags' loads and stores.
    ordering: Ordering,
    rounds: u32,
}

impl Options {
    fn parse(mut parser: Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self {
            name: "relaxed",
            ordering: Ordering::Relaxed,
            rounds: 1000,
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("ordering") => {
                    (options.name, options.ordering) = match &*parser.value()?.string()? {
                        "relaxed" => ("relaxed", Ordering::Relaxed),
                        "seqcst" => ("seqcst", Ordering::SeqCst),
                        other => {
                            return Err(
                                format!("--ordering {other}: take one of relaxed, seqcst").into()
                            );
                        }
                    };
                }
                Arg::Long("rounds") => {
                    options.rounds = number(&mut parser, "--rounds", 1..=100_000)?
                        .try_into()
                        .expect("the range ends before u32 does");
                }
                other => return Err(unexpected(other, "--ordering NAME, --rounds N")),
            }
        }
        Ok(options)
    }
}

#[derive(Serialize)]
struct Report {
    ordering: &'static str,
    rounds: u32,
    both_zero: usize,
}

/// A location on its own cache lines.
#[derive(Default)]
#[repr(align(128))]
struct Lone(AtomicU32);

/// The flags of the two threads in one round.
type Round = [Lone; 2];

fn run(options: &Options) -> Report {
    let rounds: Vec<Round> = (0..options.rounds).map(|_| Round::default()).collect();
    let gates = [Lone::default(), Lone::default()];
    let start = Barrier::new(2);

    let play = |me: usize| {
        // Both threads use every page before the first round.
        // Relaxed: pairs with nothing; all flags are still 0.
        assert!(
            rounds
                .iter()
                .flatten()
                .all(|flag| flag.0.load(Ordering::Relaxed) == 0)
        );
        start.wait();
        let mut read = Vec::with_capacity(rounds.len());
        for (number, round) in (1..).zip(&rounds) {
            // Release and Acquire: pair with each other across the threads. They make the two
            // start each round together, and do not order the store and the load below.
            gates[me].0.store(number, Ordering::Release);
            let mut spins = 0;
            while gates[1 - me].0.load(Ordering::Acquire) < number {
                // Yields now and then: the other thread may need this one's CPU.
                spins += 1;
                if spins % 2000 == 0 {
                    thread::yield_now()
                } else {
                    hint::spin_loop()
                }
            }
            // The test: SB. With Relaxed, a load may be reordered with the store before it. With
            // SeqCst, all four accesses have one order, in which one load follows both stores.
            round[me].0.store(1, options.ordering);
            read.push(round[1 - me].0.load(options.ordering));
        }
        read
    };

    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| play(0));
        let second = scope.spawn(|| play(1));
        (first.join().unwrap(), second.join().unwrap())
    });
    Report {
        ordering: options.name,
        rounds: options.rounds,
        both_zero: first
            .iter()
            .zip(&second)
            .filter(|&pair| pair == (&0, &0))
            .count(),
    }
}

fn main() -> ExitCode {
    fastbins::avoid();
    let options = match Options::parse(Parser::from_env()) {
        Ok(options) => options,
        Err(error) => return usage_error("dekker", &error),
    };
    let report = run(&options);
    println!(
        "{}",
        serde_json::to_string(&report).expect("strings and numbers only")
    );
    if report.both_zero == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_WRONG)
    }
}
