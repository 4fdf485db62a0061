//! The events of a test and what program order makes of them, for one choice of which
//! conditional writes happen.

use diy::{Access, Acquire, Fence, Operation, Release, Step, Test};

use crate::cell::Cell;
use crate::matrix::{MAX, Matrix, Set};

/// A read or a write of one cell: an access has one for each of its cells, an atomic that writes
/// one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    /// Processor and step; `None` for the write that is there at the start.
    pub(crate) place: Option<(usize, usize)>,
    /// Which of the test's cells it reads or writes.
    pub(crate) cell: usize,
    pub(crate) writes: bool,
    /// The access; that of the start writes 0.
    pub(crate) access: Access,
}

/// Events, the sets that they fall into, and the relations that do not depend on who reads what.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) events: Vec<Event>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) reads: Set,
    pub(crate) writes: Set,
    /// Reads with acquire, of either kind, and of the sequentially consistent kind.
    pub(crate) acquire: Set,
    pub(crate) acquire_sc: Set,
    /// Writes with release, of either kind, and of the sequentially consistent kind.
    pub(crate) release: Set,
    pub(crate) release_sc: Set,
    /// Load-reserved and store-conditional.
    pub(crate) exclusive: Set,
    /// On one processor, one before the other; an atomic's read is before its write.
    pub(crate) po: Matrix,
    /// On two processors; the writes of the start are on one of their own.
    pub(crate) external: Matrix,
    /// Of the same cell.
    pub(crate) same_location: Matrix,
    /// Two parts of what one instruction reads, or of what it writes.
    pub(crate) parts: Matrix,
    pub(crate) address: Matrix,
    pub(crate) data: Matrix,
    pub(crate) control: Matrix,
    /// A context synchronisation stands between a branch on the first and the second.
    pub(crate) control_sync: Matrix,
    /// A context synchronisation stands between the two.
    pub(crate) across_sync: Matrix,
    /// The read and the write of one atomic instruction.
    pub(crate) amo: Matrix,
    /// As `amo`, and those of a load-reserved and its store-conditional.
    pub(crate) rmw: Matrix,
}

impl Program {
    /// The program in which of the conditional writes exactly those happen of which `happens` is
    /// true; the argument is processor and step. `None` if there are too many events, or a
    /// store-conditional has no reservation to succeed with.
    pub(crate) fn new(test: &Test, happens: impl Fn(usize, usize) -> bool) -> Option<Program> {
        let cells = Cell::all(test);
        let events = events(test, &cells, happens);
        let size = events.len();
        if size > MAX {
            return None;
        }
        let set = |holds: &dyn Fn(&Event) -> bool| {
            let found = events.iter().enumerate().filter(|(_, event)| holds(event));
            found.fold(0, |set, (index, _)| set | 1 << index)
        };
        let ordered = |from: usize, to: usize| match (events[from].place, events[to].place) {
            (Some(from_place), Some(to_place)) if from_place == to_place => {
                !events[from].writes && events[to].writes
            }
            (Some(from_place), Some(to_place)) => from_place.0 == to_place.0 && from < to,
            _ => false,
        };
        let same_instruction = |from: usize, to: usize| {
            events[from].place.is_some() && events[from].place == events[to].place
        };
        let atomic = |from, to| same_instruction(from, to) && ordered(from, to);
        let mut program = Program {
            reads: set(&|event| !event.writes),
            writes: set(&|event| event.writes),
            acquire: set(&|event| event.access.order.acquire != Acquire::No),
            acquire_sc: set(&|event| event.access.order.acquire == Acquire::Sc),
            release: set(&|event| event.access.order.release != Release::No),
            release_sc: set(&|event| event.access.order.release == Release::Sc),
            exclusive: set(&|event| is_exclusive(event.access.operation)),
            po: Matrix::of(size, ordered),
            external: Matrix::of(size, |from, to| {
                let processor = |event: usize| events[event].place.map(|(processor, _)| processor);
                processor(from) != processor(to)
            }),
            same_location: Matrix::of(size, |from, to| events[from].cell == events[to].cell),
            address: Matrix::empty(size),
            data: Matrix::empty(size),
            control: Matrix::empty(size),
            control_sync: Matrix::empty(size),
            across_sync: Matrix::empty(size),
            parts: Matrix::of(size, |from, to| {
                let alike = events[from].writes == events[to].writes;
                from != to && alike && same_instruction(from, to)
            }),
            amo: Matrix::of(size, atomic),
            rmw: Matrix::of(size, atomic),
            events,
            cells,
        };
        program.pair_exclusives()?;
        program.depend();
        program.branch(test);
        Some(program)
    }

    /// How many events there are.
    pub(crate) fn size(&self) -> usize {
        self.events.len()
    }

    /// All events.
    pub(crate) const fn all(&self) -> Set {
        self.reads | self.writes
    }

    /// The events with which a step reads.
    pub(crate) fn reads_of(&self, processor: usize, step: usize) -> impl Iterator<Item = usize> {
        let events = self.events.iter().enumerate();
        events.filter_map(move |(index, event)| {
            (event.place == Some((processor, step)) && !event.writes).then_some(index)
        })
    }

    /// Whether a step writes.
    pub(crate) fn writes_at(&self, processor: usize, step: usize) -> bool {
        let mut events = self.events.iter();
        events.any(|event| event.place == Some((processor, step)) && event.writes)
    }

    /// Pairs with a fence between them that `wanted` accepts and that orders them.
    pub(crate) fn fenced(&self, test: &Test, wanted: impl Fn(&Fence) -> bool) -> Matrix {
        let mut fenced = Matrix::empty(self.size());
        for (processor, step, fence) in fences(test) {
            if wanted(fence) {
                let before = |event: usize| self.is_before(event, processor, step);
                let after = |event: usize| self.is_after(event, processor, step);
                let pairs = fence.pairs;
                fenced = fenced.or(&Matrix::of(self.size(), |from, to| {
                    let ordered = match (self.events[from].writes, self.events[to].writes) {
                        (false, false) => pairs.rr,
                        (false, true) => pairs.rw,
                        (true, false) => pairs.wr,
                        (true, true) => pairs.ww,
                    };
                    ordered && before(from) && after(to)
                }));
            }
        }
        fenced
    }

    fn is_before(&self, event: usize, processor: usize, step: usize) -> bool {
        let place = self.events[event].place;
        place.is_some_and(|(where_, when)| where_ == processor && when < step)
    }

    fn is_after(&self, event: usize, processor: usize, step: usize) -> bool {
        let place = self.events[event].place;
        place.is_some_and(|(where_, when)| where_ == processor && when > step)
    }

    /// Pairs each successful store-conditional with the load-reserved before it, which must be
    /// the last exclusive of its processor, at the same location.
    fn pair_exclusives(&mut self) -> Option<()> {
        for (index, event) in self.events.iter().enumerate() {
            let place = event.place;
            if event.writes && matches!(event.access.operation, Operation::WriteExclusive(_)) {
                let mut earlier = (0..index).rev().filter(|earlier| {
                    let other = &self.events[*earlier];
                    other.place != place
                        && self.po.has(*earlier, index)
                        && is_exclusive(other.access.operation)
                });
                // All parts of the last exclusive before it; of those the one of this cell.
                let last = self.events[earlier.next()?].place;
                let reserved = (0..index).find(|reserved| {
                    let other = &self.events[*reserved];
                    other.place == last && !other.writes && other.cell == event.cell
                })?;
                self.rmw.add(reserved, index);
            }
        }
        Some(())
    }

    fn depend(&mut self) {
        let mut address = Matrix::empty(self.size());
        let mut data = Matrix::empty(self.size());
        for (index, event) in self.events.iter().enumerate() {
            let Some((processor, _)) = event.place else {
                continue;
            };
            for source in event
                .access
                .address
                .into_iter()
                .flat_map(|step| self.reads_of(processor, step))
            {
                address.add(source, index);
            }
            let data_step = event.access.data.filter(|_| event.writes);
            for source in data_step
                .into_iter()
                .flat_map(|step| self.reads_of(processor, step))
            {
                data.add(source, index);
            }
        }
        self.address = address;
        self.data = data;
    }

    fn branch(&mut self, test: &Test) {
        for (processor, step, fence) in fences(test) {
            if fence.context_sync {
                let across = Matrix::of(self.size(), |from, to| {
                    self.is_before(from, processor, step) && self.is_after(to, processor, step)
                });
                self.across_sync = self.across_sync.or(&across);
            }
        }
        for (processor, one) in test.processors.iter().enumerate() {
            for (step, branch) in one.steps.iter().enumerate() {
                let Step::Branch { source } = branch else {
                    continue;
                };
                let reads: Vec<usize> = self.reads_of(processor, *source).collect();
                let sync = fences(test).find_map(|(where_, when, fence)| {
                    let synchronises = where_ == processor && when > step && fence.context_sync;
                    synchronises.then_some(when)
                });
                for event in 0..self.size() {
                    let after = self.is_after(event, processor, step);
                    let after_sync = sync.is_some_and(|sync| self.is_after(event, processor, sync));
                    for &read in &reads {
                        if after {
                            self.control.add(read, event);
                        }
                        if after_sync {
                            self.control_sync.add(read, event);
                        }
                    }
                }
            }
        }
    }
}

const fn is_exclusive(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::ReadExclusive | Operation::WriteExclusive(_)
    )
}

/// The writes of the start, one a cell, then the events of each processor in its order.
fn events(test: &Test, cells: &[Cell], happens: impl Fn(usize, usize) -> bool) -> Vec<Event> {
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

/// Whether it may end without writing.
pub(crate) const fn is_conditional(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CompareExchange(_) | Operation::WriteExclusive(_)
    )
}

fn fences(test: &Test) -> impl Iterator<Item = (usize, usize, &Fence)> {
    test.processors
        .iter()
        .enumerate()
        .flat_map(|(processor, one)| {
            let steps = one.steps.iter().enumerate();
            steps.filter_map(move |(step, fence)| match fence {
                Step::Fence(fence) => Some((processor, step, fence)),
                Step::Access(_) | Step::Branch { .. } => None,
            })
        })
}
