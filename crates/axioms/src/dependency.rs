//! Dependencies between the events of a program.

use diy::{Arch, Operation, Step, Test};

use crate::event::{Event, fences, reads_of, writes_at};
use crate::matrix::Matrix;

/// Which events depend on which reads.
///
/// A *pick* dependency only chooses between values that are there without the read. Source: herd7's
/// `aarch64deps.cat`.
#[derive(Debug)]
pub(crate) struct Dependencies {
    pub(crate) address: Matrix,
    pub(crate) data: Matrix,
    pub(crate) control: Matrix,
    pub(crate) pick_address: Matrix,
    pub(crate) pick_data: Matrix,
    pub(crate) pick_control: Matrix,
    /// Control dependencies, pick or not, with a context synchronisation between the branch and the
    /// second event.
    pub(crate) control_sync: Matrix,
    /// Pairs with a context synchronisation between them.
    pub(crate) across_sync: Matrix,
}

/// A read on which something depends, and whether by a pick only.
type Source = (usize, bool);

impl Dependencies {
    /// None, between `size` events.
    pub(crate) fn none(size: usize) -> Dependencies {
        let none = || Matrix::empty(size);
        Dependencies {
            address: none(),
            data: none(),
            control: none(),
            pick_address: none(),
            pick_data: none(),
            pick_control: none(),
            control_sync: none(),
            across_sync: none(),
        }
    }

    pub(crate) fn new(test: &Test, events: &[Event]) -> Dependencies {
        let mut found = Dependencies::none(events.len());
        for (index, event) in events.iter().enumerate() {
            found.depend(test, events, index, event);
        }
        for (processor, step, fence) in fences(test) {
            if fence.context_sync {
                let across = Matrix::of(events.len(), |from, to| {
                    events[from].is_before(processor, step) && events[to].is_after(processor, step)
                });
                found.across_sync = found.across_sync.or(&across);
            }
        }
        for (processor, one) in test.processors.iter().enumerate() {
            for (step, branch) in one.steps.iter().enumerate() {
                if let Step::Branch { source } = branch {
                    found.branch(test, events, (processor, step), *source);
                }
            }
        }
        found
    }

    /// The dependencies of an access.
    fn depend(&mut self, test: &Test, events: &[Event], index: usize, event: &Event) {
        let Some((processor, _)) = event.place else {
            return;
        };
        let of = |step: Option<usize>| {
            let step = step.into_iter();
            step.flat_map(|step| sources(test, events, processor, step))
        };
        for (read, picks) in of(event.access.address) {
            let matrix = if picks {
                &mut self.pick_address
            } else {
                &mut self.address
            };
            matrix.add(read, index);
        }
        if event.writes {
            for (read, picks) in of(event.access.data) {
                let matrix = if picks {
                    &mut self.pick_data
                } else {
                    &mut self.data
                };
                matrix.add(read, index);
            }
            // What is expected decides whether it is written.
            for (read, _) in of(event.access.expected) {
                self.pick_data.add(read, index);
            }
        }
    }

    /// The dependencies of everything after a branch.
    fn branch(
        &mut self,
        test: &Test,
        events: &[Event],
        (processor, step): (usize, usize),
        source: usize,
    ) {
        let sync = fences(test).find_map(|(where_, when, fence)| {
            let synchronises = where_ == processor && when > step && fence.context_sync;
            synchronises.then_some(when)
        });
        let reads = sources(test, events, processor, source);
        for (index, event) in events.iter().enumerate() {
            let after = event.is_after(processor, step);
            let after_sync = sync.is_some_and(|sync| event.is_after(processor, sync));
            for &(read, picks) in &reads {
                if after {
                    let matrix = if picks {
                        &mut self.pick_control
                    } else {
                        &mut self.control
                    };
                    matrix.add(read, index);
                }
                if after_sync {
                    self.control_sync.add(read, index);
                }
            }
        }
    }
}

/// The reads on which the result of a step depends.
fn sources(test: &Test, events: &[Event], processor: usize, step: usize) -> Vec<Source> {
    let of = |step| sources(test, events, processor, step);
    match test.processors[processor].steps.get(step) {
        Some(Step::Copy { source, through }) => {
            let sources = of(*source).into_iter();
            sources
                .map(|(read, picks)| (read, picks || through.picks()))
                .collect()
        }
        Some(Step::Access(access)) => {
            // The result of a compare-and-swap that writes is what it expected: the comparison with what
            // it read is a choice. If it does not write, the result is what it read.
            let compares = matches!(access.operation, Operation::CompareExchange(_));
            let chosen =
                compares && test.arch == Arch::AArch64 && writes_at(events, processor, step);
            let expected = access.expected.map_or_else(Vec::new, of).into_iter();
            let expected = expected.map(|(read, picks)| (read, picks || !chosen));
            let reads = reads_of(events, processor, step).map(|read| (read, chosen));
            reads.chain(expected).collect()
        }
        _ => Vec::new(),
    }
}
