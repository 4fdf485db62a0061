//! Records the choices of another strategy.

use std::collections::HashMap;
use std::io::Write;

use weakmem::{EarlyStore, Progress, Quantum, Stop, StoreId, Strategy, ThreadId};

use crate::choices::{Deviation, Line, Turn, What};

/// A strategy that asks another one, and writes each choice down at once: a guest may end at any time.
pub struct Recorder<W> {
    strategy: Box<dyn Strategy + Send>,
    out: W,
    turn: usize,
    attempts: HashMap<ThreadId, u64>,
}

impl<W: Write> Recorder<W> {
    /// Records the choices of `strategy` as lines into `out`.
    ///
    /// A choice panics if `out` fails.
    #[must_use]
    pub fn new(strategy: Box<dyn Strategy + Send>, out: W) -> Self {
        Self {
            strategy,
            out,
            turn: 0,
            attempts: HashMap::new(),
        }
    }

    fn write(&mut self, line: Line) {
        let text = format!("{line}\n");
        if let Err(error) = self.out.write_all(text.as_bytes()) {
            panic!("the schedule cannot be recorded: {error}");
        }
    }

    fn deviate(&mut self, what: What) {
        let turn = self.turn;
        self.write(Line::Deviation(Deviation { turn, what }));
    }
}

impl<W: Write> Strategy for Recorder<W> {
    fn next_thread(&mut self, runnable: &[ThreadId]) -> ThreadId {
        let thread = self.strategy.next_thread(runnable);
        self.write(Line::Begins(thread));
        thread
    }

    fn quantum(&mut self, from: Progress) -> Quantum {
        self.strategy.quantum(from)
    }

    fn stopped(&mut self, until: Progress, why: Stop) {
        self.strategy.stopped(until, why);
        self.write(Line::Turn(Turn { until, why }));
        self.turn += 1;
    }

    fn early(&mut self, at: Progress, found: Option<EarlyStore>) -> Option<EarlyStore> {
        let early = self.strategy.early(at, found);
        if let Some(store) = early {
            self.deviate(What::Early { at, store });
        }
        early
    }

    fn store_delay(&mut self, store: StoreId) -> u64 {
        let rounds = self.strategy.store_delay(store);
        if rounds > 0 {
            self.deviate(What::Pending { store, rounds });
        }
        rounds
    }

    fn read_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        let rounds = self.strategy.read_delay(store, observer);
        if rounds > 0 {
            self.deviate(What::Unseen {
                store,
                observer,
                rounds,
            });
        }
        rounds
    }

    fn arrival_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        let rounds = self.strategy.arrival_delay(store, observer);
        if rounds > 0 {
            self.deviate(What::Late {
                store,
                observer,
                rounds,
            });
        }
        rounds
    }

    fn fails(&mut self, thread: ThreadId) -> bool {
        let number = self.attempts.entry(thread).or_default();
        *number += 1;
        let number = *number;
        let fails = self.strategy.fails(thread);
        if fails {
            self.deviate(What::SpuriousFailure { thread, number });
        }
        fails
    }
}
