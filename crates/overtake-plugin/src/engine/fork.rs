//! What a process hands down to its child.

use super::Engine;
use crate::trace;
use std::ops::Range;

/// What a child of `fork` takes over.
#[derive(Debug)]
pub struct Inheritance {
    /// Page numbers of unmodelled memory.
    unmodelled: Vec<Range<u64>>,
    handlers: Vec<u64>,
    program_break: u64,
    random: u64,
}

impl Engine {
    /// The running thread forks. The child takes memory as it is then, and before, other threads
    /// may have to run: all see the same.
    pub fn fork_begins(&mut self) {
        self.full_barrier_everywhere();
        self.machine.set_up_to_date(true);
    }

    /// What a child of `fork` takes over; the next child gets other random numbers.
    pub fn bequeath(&mut self) -> Inheritance {
        self.random = trace::mix(self.random);
        Inheritance {
            unmodelled: self.pages.unmodelled().cloned().collect(),
            handlers: self.handlers.clone(),
            program_break: self.program_break,
            // Not what the parent gets next.
            random: trace::mix(!self.random),
        }
    }

    /// Takes that over, in the child.
    pub fn inherit(&mut self, inheritance: Inheritance) {
        for range in inheritance.unmodelled {
            self.pages.set_unmodelled(range.start, range.end);
        }
        for handler in inheritance.handlers {
            self.add_handler(handler);
        }
        self.program_break = inheritance.program_break;
        self.random = inheritance.random;
        self.forked = true;
    }
}
