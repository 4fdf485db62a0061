//! The choices, and their lines of text.
//!
//! Parsed without winnow: a line is words between single spaces, and slice patterns over them read
//! like the format. Errors give only the number and the text of a malformed line.

use crate::early;
use std::fmt;
use weakmem::{EarlyStore, Progress, Stop, StoreId, ThreadId};

/// The free choices of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Which threads ran, in order, and how far.
    pub turns: Vec<Turn>,
    /// Where memory was not sequentially consistent.
    pub deviations: Vec<Deviation>,
}

/// One turn of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The thread, and how far it had come when it stopped.
    pub until: Progress,
    /// Why it stopped.
    pub why: Stop,
}

/// A choice that a sequentially consistent machine does not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Deviation {
    /// The index of the turn in which it was made.
    pub turn: usize,
    /// The choice.
    pub what: What,
}

/// The choice of a deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// A store stays pending.
    Pending {
        /// The store.
        store: StoreId,
        /// For how many rounds.
        rounds: u64,
    },
    /// A visible store stays unseen by a thread.
    Unseen {
        /// The store.
        store: StoreId,
        /// The thread that does not see it.
        observer: ThreadId,
        /// For how many rounds.
        rounds: u64,
    },
    /// A committed store has not arrived at a thread (Power).
    Late {
        /// The store.
        store: StoreId,
        /// The thread at which it has not arrived.
        observer: ThreadId,
        /// For how many rounds.
        rounds: u64,
    },
    /// A store becomes visible before its thread makes it.
    Early {
        /// Where its thread is then.
        at: Progress,
        /// The store.
        store: EarlyStore,
    },
    /// A store-conditional fails spuriously.
    SpuriousFailure {
        /// Its thread.
        thread: ThreadId,
        /// Its number among those of the thread that could succeed, from 1.
        number: u64,
    },
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// A turn begins. It ends with a [`Line::Turn`], or with the recording.
    Begins(ThreadId),
    Turn(Turn),
    Deviation(Deviation),
}

impl Choices {
    /// Parses what a [`crate::Recorder`] wrote. If the run ended in the middle of a turn, that turn has
    /// no end.
    ///
    /// # Errors
    ///
    /// The number of the first malformed line, from 1. An unfinished last line is ignored.
    pub fn from_recording(text: &str) -> Result<Choices, usize> {
        let mut choices = Choices::default();
        let mut open = None;
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for (index, text) in whole.lines().enumerate() {
            match Line::parse(text).ok_or(index + 1)? {
                Line::Begins(thread) => open = Some(thread),
                Line::Turn(turn) => {
                    open = None;
                    choices.turns.push(turn);
                }
                Line::Deviation(deviation) => choices.deviations.push(deviation),
            }
        }
        if let Some(thread) = open {
            let until = Progress {
                thread,
                accesses: u64::MAX,
                instructions: u64::MAX,
            };
            let why = Stop::Itself;
            choices.turns.push(Turn { until, why });
        }
        Ok(choices)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Begins(thread) => write!(f, "begins {thread}"),
            Line::Turn(Turn { until, why }) => {
                let Progress {
                    thread,
                    accesses,
                    instructions,
                } = until;
                let why = match why {
                    Stop::Accesses => "accesses",
                    Stop::Instructions => "instructions",
                    Stop::Itself => "itself",
                };
                write!(f, "turn {thread} {accesses} {instructions} {why}")
            }
            Line::Deviation(Deviation { turn, what }) => match what {
                What::Pending { store, rounds } => write!(
                    f,
                    "pending {} {} {rounds} {turn}",
                    store.thread, store.number
                ),
                What::Unseen {
                    store,
                    observer,
                    rounds,
                } => write!(
                    f,
                    "unseen {} {} {observer} {rounds} {turn}",
                    store.thread, store.number
                ),
                What::Late {
                    store,
                    observer,
                    rounds,
                } => write!(
                    f,
                    "late {} {} {observer} {rounds} {turn}",
                    store.thread, store.number
                ),
                What::Early { at, store } => {
                    let Progress {
                        thread,
                        accesses,
                        instructions,
                    } = at;
                    write!(f, "early {thread} {}", early::words(store))?;
                    write!(f, " {accesses} {instructions} {turn}")
                }
                What::SpuriousFailure { thread, number } => {
                    write!(f, "refused {thread} {number} {turn}")
                }
            },
        }
    }
}

impl Line {
    pub fn parse(text: &str) -> Option<Line> {
        let words: Vec<&str> = text.split(' ').collect();
        let small = |word: &str| word.parse::<u32>().ok();
        let large = |word: &str| word.parse::<u64>().ok();
        let index = |word: &str| word.parse::<usize>().ok();
        let store = |thread: &str, number: &str| {
            Some(StoreId {
                thread: small(thread)?,
                number: large(number)?,
            })
        };
        let deviation = |turn: &str, what| {
            let turn = index(turn)?;
            Some(Line::Deviation(Deviation { turn, what }))
        };
        match words[..] {
            ["begins", thread] => Some(Line::Begins(small(thread)?)),
            ["turn", thread, accesses, instructions, why] => {
                let until = Progress {
                    thread: small(thread)?,
                    accesses: large(accesses)?,
                    instructions: large(instructions)?,
                };
                let why = match why {
                    "accesses" => Stop::Accesses,
                    "instructions" => Stop::Instructions,
                    "itself" => Stop::Itself,
                    _ => return None,
                };
                Some(Line::Turn(Turn { until, why }))
            }
            ["pending", thread, number, rounds, turn] => {
                let (store, rounds) = (store(thread, number)?, large(rounds)?);
                deviation(turn, What::Pending { store, rounds })
            }
            ["unseen", thread, number, observer, rounds, turn] => {
                let what = What::Unseen {
                    store: store(thread, number)?,
                    observer: small(observer)?,
                    rounds: large(rounds)?,
                };
                deviation(turn, what)
            }
            ["late", thread, number, observer, rounds, turn] => {
                let what = What::Late {
                    store: store(thread, number)?,
                    observer: small(observer)?,
                    rounds: large(rounds)?,
                };
                deviation(turn, what)
            }
            [
                "early",
                thread,
                ref words @ ..,
                accesses,
                instructions,
                turn,
            ] => {
                let at = Progress {
                    thread: small(thread)?,
                    accesses: large(accesses)?,
                    instructions: large(instructions)?,
                };
                let store = early::parse(words)?;
                deviation(turn, What::Early { at, store })
            }
            ["refused", thread, number, turn] => {
                let (thread, number) = (small(thread)?, large(number)?);
                deviation(turn, What::SpuriousFailure { thread, number })
            }
            _ => None,
        }
    }
}
