//! One candidate execution: a program, the reads-from relation, and the coherence order.

use diy::{Operation, Test, Value};

use crate::matrix::{Matrix, members};
use crate::program::Program;

/// A candidate execution.
#[derive(Debug)]
pub(crate) struct Execution<'a> {
    pub(crate) test: &'a Test,
    pub(crate) program: &'a Program,
    /// Reads-from: each write with the reads that read it.
    pub(crate) rf: Matrix,
    /// Coherence order: each write with the later writes to its location.
    pub(crate) co: Matrix,
    /// From-read: each read with the writes that overwrite the value that it read.
    pub(crate) fr: Matrix,
    pub(crate) po_loc: Matrix,
}

impl<'a> Execution<'a> {
    pub(crate) fn new(test: &'a Test, program: &'a Program, rf: Matrix, co: Matrix) -> Self {
        Execution {
            fr: rf.inverse().then(&co),
            po_loc: program.po.and(&program.same_location),
            test,
            program,
            rf,
            co,
        }
    }

    pub(crate) fn rfi(&self) -> Matrix {
        self.rf.without(&self.program.external)
    }

    pub(crate) fn coe(&self) -> Matrix {
        self.co.and(&self.program.external)
    }

    pub(crate) fn fre(&self) -> Matrix {
        self.fr.and(&self.program.external)
    }

    /// All communication: `rf`, `co` and `fr`.
    pub(crate) fn com(&self) -> Matrix {
        self.rf.or(&self.co).or(&self.fr)
    }

    /// Communication between processors.
    pub(crate) fn come(&self) -> Matrix {
        self.com().and(&self.program.external)
    }

    /// Each write with the later reads of its processor and location that have no write between.
    pub(crate) fn local_successors(&self) -> Matrix {
        let program = self.program;
        let to_write = self.po_loc.between(program.writes, program.writes);
        let not_next = to_write.then(&self.po_loc);
        let reads = self.po_loc.between(program.writes, program.reads);
        reads.without(&not_next)
    }

    /// Whether each location by itself is sequentially consistent.
    pub(crate) fn is_coherent(&self) -> bool {
        self.po_loc.or(&self.com()).is_acyclic()
    }

    /// Whether no write of another processor is between the read and the write of an atomic.
    pub(crate) fn is_atomic(&self) -> bool {
        let between = self.fre().then(&self.coe());
        self.program.rmw.and(&between).is_empty()
    }

    /// Whether the relation is acyclic if the read and the write of an instruction are one event, as in
    /// x86-TSO and RVWMO.
    pub(crate) fn is_acyclic_merged(&self, relation: &Matrix) -> bool {
        let amo = &self.program.amo;
        let both = amo.or(&amo.inverse()).or(&self.program.parts);
        let same = both.or(&Matrix::identity(self.program.size()));
        let rest = relation.without(&both);
        same.then(&rest).then(&same).is_acyclic()
    }

    /// The value that each event reads or writes. `None` if a value depends on itself, or if a
    /// compare-and-swap writes although its comparison fails, or the reverse.
    pub(crate) fn values(&self) -> Option<Vec<u128>> {
        let events = &self.program.events;
        let sources = self.rf.inverse();
        let mut values: Vec<Option<u128>> = vec![None; events.len()];
        // Each round resolves at least one more event of a chain.
        for _ in 0..=events.len() {
            for (index, event) in events.iter().enumerate() {
                values[index] = if event.writes {
                    let cell = &self.program.cells[event.cell];
                    let written = self.written(index, &values);
                    written.map(|value| cell.of_value(&event.access, value))
                } else {
                    let source = members(sources.row(index)).next();
                    source.and_then(|source| values[source])
                };
            }
        }
        let consistent = events.iter().all(|event| {
            let Operation::CompareExchange(expected) = event.access.operation else {
                return true;
            };
            event.place.is_none_or(|(processor, step)| {
                let equal = self.read(processor, step, &values) == Some(expected.into());
                equal == self.program.writes_at(processor, step)
            })
        });
        let values = values.into_iter().collect::<Option<_>>();
        values.filter(|_| consistent)
    }

    /// The value that a step reads, if all of it is known.
    pub(crate) fn read(
        &self,
        processor: usize,
        step: usize,
        values: &[Option<u128>],
    ) -> Option<u128> {
        let mut reads = self.program.reads_of(processor, step).peekable();
        reads.peek()?;
        reads.try_fold(0, |value, index| {
            let event = &self.program.events[index];
            let cell = &self.program.cells[event.cell];
            Some(value | cell.in_value(event.access.offset, values[index]?))
        })
    }

    fn written(&self, index: usize, values: &[Option<u128>]) -> Option<u128> {
        let event = &self.program.events[index];
        let read = |step: usize| self.read(event.place?.0, step, values);
        let value = match event.access.value {
            Value::Constant(number) => {
                u128::from(event.access.upper_value) << 64 | u128::from(number)
            }
            Value::Plus(number) => read(event.access.data?)?.wrapping_add(number.into()),
        };
        match (event.access.operation, event.place) {
            (Operation::Add, Some((_, step))) => Some(value.wrapping_add(read(step)?)),
            _ => Some(value),
        }
    }
}
