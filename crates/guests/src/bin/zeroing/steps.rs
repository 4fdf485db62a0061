//! The steps: what is done to the memory, and which contents the threads must find afterwards.

use std::sync::{Barrier, RwLock};
use std::thread;

use crate::mapping::{Mapping, WORDS};

/// The number of threads that check the memory. The first of them also changes it.
const THREADS: usize = 3;

/// One change of the memory, and the word that must be at each index afterwards.
struct Step {
    name: &'static str,
    change: fn(&mut Mapping, round: u64) -> Result<(), String>,
    expected: fn(index: usize, round: u64) -> u64,
}

/// Returns a word that is different at every index and in every round, and never zero.
fn pattern(index: usize, round: u64) -> u64 {
    (round + 1) << 32 | (index as u64 + 1)
}

fn zero(_index: usize, _round: u64) -> u64 {
    0
}

fn write(memory: &mut Mapping, round: u64) -> Result<(), String> {
    for (index, word) in memory.words_mut().iter_mut().enumerate() {
        *word = pattern(index, round);
    }
    Ok(())
}

fn clear(memory: &mut Mapping, _round: u64) -> Result<(), String> {
    memory.words_mut().fill(0);
    Ok(())
}

/// All steps. They start with one page of zeros, and end with it.
const STEPS: &[Step] = &[
    Step {
        name: "write",
        change: write,
        expected: pattern,
    },
    Step {
        name: "clear",
        change: clear,
        expected: zero,
    },
    Step {
        name: "write again",
        change: write,
        expected: pattern,
    },
    Step {
        name: "discard",
        change: |memory, _| memory.discard(),
        expected: zero,
    },
    Step {
        name: "write a third time",
        change: write,
        expected: pattern,
    },
    Step {
        name: "forbid stores",
        change: |memory, _| memory.protect(false),
        expected: pattern,
    },
    Step {
        name: "allow stores",
        change: |memory, _| memory.protect(true),
        expected: pattern,
    },
    Step {
        name: "replace",
        change: |memory, _| memory.replace(),
        expected: zero,
    },
    Step {
        name: "write what is new",
        change: write,
        expected: pattern,
    },
    Step {
        name: "grow",
        change: |memory, _| memory.resize(2),
        expected: |index, round| {
            if index < WORDS {
                pattern(index, round)
            } else {
                0
            }
        },
    },
    Step {
        name: "shrink",
        change: |memory, _| memory.resize(1),
        expected: pattern,
    },
    Step {
        name: "clear a half",
        change: |memory, _| {
            memory.words_mut()[..WORDS / 2].fill(0);
            Ok(())
        },
        expected: |index, round| {
            if index < WORDS / 2 {
                0
            } else {
                pattern(index, round)
            }
        },
    },
    Step {
        name: "clear the rest",
        change: clear,
        expected: zero,
    },
];

/// Does all steps `rounds` times.
pub fn run(rounds: u64) -> Result<String, String> {
    let memory = RwLock::new(Mapping::new(1)?);
    let turn = Barrier::new(THREADS);

    let play = |first: bool| {
        let mut wrong = None;
        for round in 0..rounds {
            for step in STEPS {
                if first {
                    let changed = (step.change)(&mut memory.write().unwrap(), round);
                    wrong = wrong.or(changed.err());
                }
                turn.wait();
                wrong = wrong.or_else(|| look(&memory.read().unwrap(), step, round).err());
                turn.wait();
            }
        }
        wrong
    };
    let wrong = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| scope.spawn(move || play(number == 0)))
            .collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().unwrap())
            .next()
    });
    match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(format!("{} steps", rounds * STEPS.len() as u64)),
    }
}

/// Checks all words after this step.
fn look(memory: &Mapping, step: &Step, round: u64) -> Result<(), String> {
    for (index, &word) in memory.words().iter().enumerate() {
        let expected = (step.expected)(index, round);
        if word != expected {
            return Err(format!(
                "after {}: word {index} of {} is {word:#x} instead of {expected:#x}",
                step.name,
                memory.len()
            ));
        }
    }
    Ok(())
}
