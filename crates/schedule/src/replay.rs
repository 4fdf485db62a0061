//! Replays recorded choices.

use std::collections::{HashMap, HashSet};

use weakmem::{EarlyStore, Progress, Quantum, Stop, StoreId, Strategy, ThreadId};

use crate::choices::{Choices, Turn, What};

/// How many instructions longer a turn may run than it did: without the removed choices, what it waits
/// for may not happen.
const PATIENCE: u64 = 10_000;

/// A strategy that makes recorded choices. All others, and those after the last turn, are made as a
/// sequentially consistent machine with a fair scheduler would.
#[derive(Debug)]
pub struct Replay {
    turns: Vec<Turn>,
    /// The index of the next turn.
    next: usize,
    /// The turn of the running thread.
    current: Option<Turn>,
    /// How far each thread had come when it last stopped.
    progress: HashMap<ThreadId, Progress>,
    pending: HashMap<StoreId, u64>,
    unseen: HashMap<(StoreId, ThreadId), u64>,
    late: HashMap<(StoreId, ThreadId), u64>,
    /// Of each thread, the stores that become visible early, the last one first.
    early: HashMap<ThreadId, Vec<(Progress, EarlyStore)>>,
    spurious_failures: HashSet<(ThreadId, u64)>,
    attempts: HashMap<ThreadId, u64>,
    /// The thread that ran last.
    last: ThreadId,
}

impl Replay {
    /// Replays these choices.
    #[must_use]
    pub fn new(choices: Choices) -> Self {
        let mut replay = Self {
            turns: choices.turns,
            next: 0,
            current: None,
            progress: HashMap::new(),
            pending: HashMap::new(),
            unseen: HashMap::new(),
            late: HashMap::new(),
            early: HashMap::new(),
            spurious_failures: HashSet::new(),
            attempts: HashMap::new(),
            last: 0,
        };
        for deviation in choices.deviations.into_iter().rev() {
            match deviation.what {
                What::Pending { store, rounds } => {
                    replay.pending.insert(store, rounds);
                }
                What::Unseen {
                    store,
                    observer,
                    rounds,
                } => {
                    replay.unseen.insert((store, observer), rounds);
                }
                What::Late {
                    store,
                    observer,
                    rounds,
                } => {
                    replay.late.insert((store, observer), rounds);
                }
                What::Early { at, store } => {
                    let early = replay.early.entry(at.thread).or_default();
                    early.push((at, store));
                }
                What::SpuriousFailure { thread, number } => {
                    replay.spurious_failures.insert((thread, number));
                }
            }
        }
        replay
    }

    /// Whether the thread has already come as far as the turn goes.
    fn is_done(&self, turn: &Turn) -> bool {
        let Some(at) = self.progress.get(&turn.until.thread) else {
            return false;
        };
        match turn.why {
            Stop::Accesses => at.accesses >= turn.until.accesses,
            Stop::Instructions => at.instructions >= turn.until.instructions,
            Stop::Itself => false,
        }
    }

    fn quantum_of_turn(&self, from: Progress) -> Quantum {
        let Some(Turn { until, why }) = self.current else {
            return Quantum {
                accesses: u32::MAX,
                instructions: at_most(PATIENCE),
            };
        };
        let accesses = until.accesses.saturating_sub(from.accesses).max(1);
        let instructions = until.instructions.saturating_sub(from.instructions).max(1);
        let patient = at_most(instructions.saturating_add(PATIENCE));
        let (accesses, instructions) = match why {
            Stop::Accesses => (at_most(accesses), patient),
            Stop::Instructions => (u32::MAX, at_most(instructions)),
            Stop::Itself => (u32::MAX, patient),
        };
        Quantum {
            accesses,
            instructions,
        }
    }
}

/// The quantum, but no further than this place.
fn up_to(place: Progress, from: Progress, quantum: Quantum) -> Quantum {
    let accesses = at_most(place.accesses.saturating_sub(from.accesses));
    let instructions = at_most(place.instructions.saturating_sub(from.instructions));
    if accesses > 0 {
        let accesses = accesses.min(quantum.accesses);
        Quantum {
            accesses,
            ..quantum
        }
    } else if instructions > 0 {
        let instructions = instructions.min(quantum.instructions);
        Quantum {
            instructions,
            ..quantum
        }
    } else {
        quantum
    }
}

/// Whether a thread has come to that place, or beyond it.
fn has_come_to(at: Progress, place: Progress) -> bool {
    at.accesses >= place.accesses && at.instructions >= place.instructions
}

fn at_most(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Strategy for Replay {
    fn next_thread(&mut self, runnable: &[ThreadId]) -> ThreadId {
        while let Some(turn) = self.turns.get(self.next).copied() {
            self.next += 1;
            let thread = turn.until.thread;
            if runnable.contains(&thread) && !self.is_done(&turn) {
                self.current = Some(turn);
                self.last = thread;
                return thread;
            }
        }
        self.current = None;
        let after = runnable.iter().find(|thread| **thread > self.last);
        self.last = *after.unwrap_or(&runnable[0]);
        self.last
    }

    fn quantum(&mut self, from: Progress) -> Quantum {
        let quantum = self.quantum_of_turn(from);
        let early = self.early.get(&from.thread).and_then(|all| all.last());
        match (early, self.current) {
            // It stops there itself.
            (Some((place, _)), Some(turn)) if turn.until == *place => quantum,
            (Some((place, _)), _) => up_to(*place, from, quantum),
            (None, _) => quantum,
        }
    }

    fn stopped(&mut self, at: Progress, _: Stop) {
        self.progress.insert(at.thread, at);
    }

    fn early(&mut self, at: Progress, _: Option<EarlyStore>) -> Option<EarlyStore> {
        let early = self.early.get_mut(&at.thread)?;
        let (_, store) = early.pop_if(|(place, _)| has_come_to(at, *place))?;
        Some(store)
    }

    fn store_delay(&mut self, store: StoreId) -> u64 {
        self.pending.get(&store).copied().unwrap_or(0)
    }

    fn read_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        self.unseen.get(&(store, observer)).copied().unwrap_or(0)
    }

    fn arrival_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        self.late.get(&(store, observer)).copied().unwrap_or(0)
    }

    fn fails(&mut self, thread: ThreadId) -> bool {
        let number = self.attempts.entry(thread).or_default();
        *number += 1;
        self.spurious_failures.contains(&(thread, *number))
    }
}
