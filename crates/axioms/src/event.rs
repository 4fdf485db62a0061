//! The reads and writes of a test.

use diy::{Access, Fence, Operation, Step, Test};

use crate::cell::Cell;

/// A read or a write of one cell. An access has one for each of its cells, an atomic a read and a
/// write for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    /// Processor and step; `None` for an initial write.
    pub(crate) place: Option<(usize, usize)>,
    /// Which of the test's cells it reads or writes.
    pub(crate) cell: usize,
    pub(crate) writes: bool,
    /// The access. Initial writes write 0.
    pub(crate) access: Access,
}

impl Event {
    /// Whether it is before a step in program order.
    pub(crate) fn is_before(&self, processor: usize, step: usize) -> bool {
        self.place
            .is_some_and(|place| place.0 == processor && place.1 < step)
    }

    /// Whether it is after a step in program order.
    pub(crate) fn is_after(&self, processor: usize, step: usize) -> bool {
        self.place
            .is_some_and(|place| place.0 == processor && place.1 > step)
    }
}

/// The read events of a step.
pub(crate) fn reads_of(
    events: &[Event],
    processor: usize,
    step: usize,
) -> impl Iterator<Item = usize> {
    let events = events.iter().enumerate();
    events.filter_map(move |(index, event)| {
        (event.place == Some((processor, step)) && !event.writes).then_some(index)
    })
}

/// Whether a step writes.
pub(crate) fn writes_at(events: &[Event], processor: usize, step: usize) -> bool {
    let mut events = events.iter();
    events.any(|event| event.place == Some((processor, step)) && event.writes)
}

/// The initial writes, one for each cell, then the events of each processor in program order.
pub(crate) fn events(
    test: &Test,
    cells: &[Cell],
    happens: impl Fn(usize, usize) -> bool,
) -> Vec<Event> {
    let mut events = Vec::new();
    for (cell, part) in cells.iter().enumerate() {
        events.push(Event {
            place: None,
            cell,
            writes: true,
            access: Access::write(part.location, 0).sized(part.size, part.start),
        });
    }
    for (processor, one) in test.processors.iter().enumerate() {
        for (step, access) in one.steps.iter().enumerate() {
            let Step::Access(access) = *access else {
                continue;
            };
            let parts = |writes| {
                let of_access = cells.iter().enumerate();
                let of_access = of_access.filter(move |(_, cell)| cell.is_of(&access));
                of_access.map(move |(cell, _)| Event {
                    place: Some((processor, step)),
                    cell,
                    writes,
                    access,
                })
            };
            if access.operation.reads() {
                events.extend(parts(false));
            }
            let conditional = is_conditional(access.operation);
            if access.operation.writes() && (!conditional || happens(processor, step)) {
                events.extend(parts(true));
            }
        }
    }
    events
}

/// How many events a test has when all its conditional writes happen.
pub(crate) fn count(test: &Test, cells: &[Cell]) -> usize {
    events(test, cells, |_, _| true).len()
}

/// Whether the operation may fail and write nothing.
pub(crate) const fn is_conditional(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CompareExchange(_) | Operation::WriteExclusive(_)
    )
}

pub(crate) fn fences(test: &Test) -> impl Iterator<Item = (usize, usize, &Fence)> {
    test.processors
        .iter()
        .enumerate()
        .flat_map(|(processor, one)| {
            let steps = one.steps.iter().enumerate();
            steps.filter_map(move |(step, fence)| match fence {
                Step::Fence(fence) => Some((processor, step, fence)),
                Step::Access(_) | Step::Branch { .. } | Step::Copy { .. } => None,
            })
        })
}
