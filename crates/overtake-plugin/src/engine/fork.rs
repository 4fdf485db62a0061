//! The state that a process passes to its child.

use super::Engine;
use crate::affinities::Cpus;
use crate::clock::Time;
use crate::trace;
use std::ops::Range;

/// The state that a child of `fork` takes over.
#[derive(Debug)]
pub struct Inheritance {
    /// The page numbers of unmodelled memory.
    unmodelled: Vec<Range<u64>>,
    handlers: Vec<u64>,
    program_break: u64,
    random: u64,
    cpus: Cpus,
    now: Time,
}

impl Engine {
    /// Prepares for a `fork` by the running thread. The child copies memory at that time, and other
    /// threads may run before, so every thread must see all committed writes.
    pub fn fork_begins(&mut self) {
        self.full_barrier_everywhere();
        self.machine.set_up_to_date(true);
    }

    /// Notes that the running thread has made a child.
    pub fn count_child(&mut self) {
        self.stats.children += 1;
    }

    /// Returns the state for a child of `fork`. Each child gets different random numbers.
    pub fn inheritance(&mut self) -> Inheritance {
        self.random = trace::mix(self.random);
        Inheritance {
            unmodelled: self.pages.unmodelled().cloned().collect(),
            handlers: self.handlers.clone(),
            program_break: self.program_break,
            // The child's numbers differ from the parent's next ones.
            random: trace::mix(!self.random),
            cpus: self.affinities.of(0),
            now: self.now(),
        }
    }

    /// Takes over the parent's state, in the child.
    pub fn inherit(&mut self, inheritance: Inheritance) {
        for range in inheritance.unmodelled {
            self.pages.set_unmodelled(range.start, range.end);
        }
        for handler in inheritance.handlers {
            self.add_handler(handler);
        }
        self.program_break = inheritance.program_break;
        self.random = inheritance.random;
        self.affinities.set(0, inheritance.cpus);
        self.advance_to(inheritance.now);
        self.forked = true;
    }
}
