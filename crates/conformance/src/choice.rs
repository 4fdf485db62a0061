//! In which ways a step may be done.

use crate::memory::address;
use diy::{Operation, Step};
use weakmem::{Machine, ThreadId};

/// In which way a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// A load sees this many of the writes that were unseen.
    Sees(usize),
    /// A store-conditional fails although it need not.
    Fails,
    /// A store-conditional succeeds if it can.
    Succeeds,
}

impl Choice {
    /// All ways to do the step.
    pub fn all(step: &Step, machine: &Machine, thread: ThreadId) -> Vec<Choice> {
        match step {
            Step::Access(access) if matches!(access.operation, Operation::WriteExclusive(_)) => {
                let held = machine.reservation(thread);
                if held.is_some_and(|held| !held.is_lost()) {
                    vec![Choice::Succeeds, Choice::Fails]
                } else {
                    vec![Choice::Succeeds]
                }
            }
            Step::Access(access) if access.operation == Operation::Read => {
                let unseen = machine.unseen(thread, address(access.location));
                (0..=unseen).map(Choice::Sees).collect()
            }
            _ => vec![Choice::Sees(0)],
        }
    }
}
