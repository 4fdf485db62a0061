//! The events of a test and their relations in program order, for one choice of which conditional
//! writes happen.

use diy::{Acquire, Arch, Fence, Operation, Release, Test};

use crate::cell::Cell;
use crate::dependency::Dependencies;
use crate::event::{Event, events, fences, reads_of, writes_at};
use crate::matrix::{MAX, Matrix, Set};

/// Events, sets of events, and the relations that do not depend on the candidate execution.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) events: Vec<Event>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) reads: Set,
    pub(crate) writes: Set,
    /// Acquire events: of any kind, and RCsc.
    pub(crate) acquire: Set,
    pub(crate) acquire_sc: Set,
    /// Release events: of any kind, and RCsc.
    pub(crate) release: Set,
    pub(crate) release_sc: Set,
    /// Load-reserved and store-conditional.
    pub(crate) exclusive: Set,
    /// Reads of atomics that discard what they read.
    pub(crate) discarded: Set,
    /// Program order. An atomic's read is before its write.
    pub(crate) po: Matrix,
    /// Pairs on different processors. Initial writes count as a processor of their own.
    pub(crate) external: Matrix,
    /// Pairs of the same cell.
    pub(crate) same_location: Matrix,
    /// Pairs of reads of one instruction, and pairs of writes of one instruction.
    pub(crate) parts: Matrix,
    pub(crate) dependencies: Dependencies,
    /// The read and the write of one atomic instruction.
    pub(crate) amo: Matrix,
    /// As `amo`, and load-reserveds with their store-conditionals.
    pub(crate) rmw: Matrix,
}

impl Program {
    /// The program in which exactly those conditional writes happen for which `happens`, given
    /// processor and step, is true. `None` if there are too many events, or if a store-conditional
    /// would succeed without a reservation.
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
        // "Load-Acquire" in Armv8 ARM B2.3: an atomic whose destination is WZR or XZR is none.
        let acquires = |event: &Event| test.arch != Arch::AArch64 || !event.access.discards;
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
            acquire: set(&|event| acquires(event) && event.access.order.acquire != Acquire::No),
            acquire_sc: set(&|event| acquires(event) && event.access.order.acquire == Acquire::Sc),
            release: set(&|event| event.access.order.release != Release::No),
            release_sc: set(&|event| event.access.order.release == Release::Sc),
            exclusive: set(&|event| is_exclusive(event.access.operation)),
            discarded: set(&|event| event.access.discards && !event.writes),
            po: Matrix::of(size, ordered),
            external: Matrix::of(size, |from, to| {
                let processor = |event: usize| events[event].place.map(|(processor, _)| processor);
                processor(from) != processor(to)
            }),
            same_location: Matrix::of(size, |from, to| events[from].cell == events[to].cell),
            dependencies: Dependencies::none(size),
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
        program.dependencies = Dependencies::new(test, &program.events);
        Some(program)
    }

    /// How many events there are.
    pub(crate) fn size(&self) -> usize {
        self.events.len()
    }

    /// The relation between whole accesses: what holds of one part of an access holds of all.
    pub(crate) fn whole(&self, relation: &Matrix) -> Matrix {
        if self.parts.is_empty() {
            return relation.clone();
        }
        let same = self.parts.or(&Matrix::identity(self.size()));
        same.then(relation).then(&same)
    }

    /// All events.
    pub(crate) const fn all(&self) -> Set {
        self.reads | self.writes
    }

    /// The read events of a step.
    pub(crate) fn reads_of(&self, processor: usize, step: usize) -> impl Iterator<Item = usize> {
        reads_of(&self.events, processor, step)
    }

    /// Whether a step writes.
    pub(crate) fn writes_at(&self, processor: usize, step: usize) -> bool {
        writes_at(&self.events, processor, step)
    }

    /// Pairs that are ordered by a fence between them; only fences that `wanted` accepts count.
    pub(crate) fn fenced(&self, test: &Test, wanted: impl Fn(&Fence) -> bool) -> Matrix {
        let mut fenced = Matrix::empty(self.size());
        for (processor, step, fence) in fences(test) {
            if wanted(fence) {
                let before = |event: usize| self.events[event].is_before(processor, step);
                let after = |event: usize| self.events[event].is_after(processor, step);
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

    /// Pairs each successful store-conditional with its load-reserved, which must be the last exclusive
    /// before it on its processor, and of the same location.
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
                // Of the events of the last exclusive before it, the read of this cell.
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
}

const fn is_exclusive(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::ReadExclusive | Operation::WriteExclusive(_)
    )
}
