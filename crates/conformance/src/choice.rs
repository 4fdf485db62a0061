//! In which ways a step may be done.

use crate::memory::address;
use diy::{Operation, Step};
use weakmem::{Kind, Machine, ThreadId};

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
                let promised = |addr| {
                    let mut promises = machine.promises(thread);
                    promises.any(|it| it.kind == Kind::StoreConditional && it.addr == addr)
                };
                if held.is_some_and(|held| !held.is_lost() && !promised(held.addr())) {
                    vec![Choice::Succeeds, Choice::Fails]
                } else {
                    vec![Choice::Succeeds]
                }
            }
            Step::Access(access) if may_read_stale(access.operation) => {
                let addr = address(access.location) + u64::from(access.offset);
                let unseen = machine.unseen(thread, addr, access.size.into());
                (0..=unseen).map(Choice::Sees).collect()
            }
            _ => vec![Choice::Sees(0)],
        }
    }
}

/// Whether an access may read something stale: a compare-and-swap may, and then fails.
fn may_read_stale(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Read | Operation::ReadExclusive | Operation::CompareExchange(_)
    )
}
