//! The choices, and their lines of text.

use std::fmt;

use weakmem::{Progress, Stop, StoreId, ThreadId};

/// The free choices of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Who ran, and how far.
    pub turns: Vec<Turn>,
    /// In what memory was not sequentially consistent.
    pub deviations: Vec<Deviation>,
}

/// A thread ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Who, and how far it had come when it stopped.
    pub until: Progress,
    /// Why it stopped.
    pub why: Stop,
}

/// A choice that a sequentially consistent machine does not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Deviation {
    /// In which turn it was made.
    pub turn: usize,
    /// What it is.
    pub what: What,
}

/// What a deviation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// A store stays pending.
    Pending {
        /// Which.
        store: StoreId,
        /// For so many rounds.
        rounds: u64,
    },
    /// A store that has become visible stays unseen.
    Unseen {
        /// Which.
        store: StoreId,
        /// By whom.
        observer: ThreadId,
        /// For so many rounds.
        rounds: u64,
    },
    /// A store-conditional fails without need.
    Refused {
        /// Whose.
        thread: ThreadId,
        /// 1, 2, … among those that could succeed.
        number: u64,
    },
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// A turn begins; of no importance if it is ended by a line of its own.
    Begins(ThreadId),
    Turn(Turn),
    Deviation(Deviation),
}

impl Choices {
    /// Reads what a [`crate::Recorder`] wrote. If the run ended in the middle of a turn, that turn goes on
    /// for ever.
    ///
    /// # Errors
    ///
    /// The number of the line, from 1, that cannot be understood. A last line without an end is left out.
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
                What::Refused { thread, number } => write!(f, "refused {thread} {number} {turn}"),
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
            ["refused", thread, number, turn] => {
                let (thread, number) = (small(thread)?, large(number)?);
                deviation(turn, What::Refused { thread, number })
            }
            _ => None,
        }
    }
}
