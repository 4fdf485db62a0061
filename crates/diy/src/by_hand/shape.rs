//! Tests of two processors with two accesses each, one of which may be several steps.

use super::link::Link;
use crate::{Access, Arch, Error, Observable, Operation, Processor, Step, Test};

/// An access, or the steps that stand for one.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) steps: Vec<Step>,
    /// What the first step's result is in the wanted outcome.
    pub(super) reads: u64,
}

impl Part {
    pub(super) fn read(location: usize, reads: u64) -> Part {
        Part {
            steps: vec![Step::Access(Access::read(location))],
            reads,
        }
    }

    pub(super) fn write(location: usize, value: u64) -> Part {
        Part {
            steps: vec![Step::Access(Access::write(location, value))],
            reads: 0,
        }
    }

    /// Whether other steps can depend on it.
    pub(super) fn has_result(&self) -> bool {
        let first = self.steps.first();
        first.is_some_and(|step| matches!(step, Step::Access(access) if access.operation.reads() && !access.discards))
    }

    /// Whether it writes.
    pub(super) fn writes(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| matches!(step, Step::Access(access) if access.operation.writes()))
    }
}

/// What a processor does: an access, what is between, another access.
pub(super) type Side = (Part, Link, Part);

/// Whether the link can stand between these.
pub(super) fn fits((first, link, second): &Side) -> bool {
    link.fits(first.has_result(), second.writes())
}

/// The test with this name whose processors do that. Its condition asks for what the parts read, for
/// success of each store-conditional, and for these final values of locations.
pub(super) fn test(
    arch: Arch,
    name: &str,
    sides: [Side; 2],
    memory: &[(usize, u64)],
) -> Result<Test, Error> {
    let mut wanted = Vec::new();
    let mut all = Vec::new();
    for (processor, (first, link, second)) in sides.into_iter().enumerate() {
        let mut steps = first.steps;
        wanted.push((processor, 0, first.reads));
        let length = second.steps.len();
        link.join(arch, &mut steps, 0, second.steps);
        wanted.push((processor, steps.len() - length, second.reads));
        all.push(steps);
    }
    Test::new(arch, name, "by hand", all, |processors| {
        let memory = memory
            .iter()
            .map(|(location, value)| (Observable::Location(*location), *value));
        memory.chain(registers(processors, &wanted)).collect()
    })
}

/// The wanted value of each result and status.
fn registers(processors: &[Processor], wanted: &[(usize, usize, u64)]) -> Vec<(Observable, u64)> {
    let mut values = Vec::new();
    for (processor, one) in processors.iter().enumerate() {
        for (step, access) in one.steps.iter().enumerate() {
            let Step::Access(access) = access else {
                continue;
            };
            let mut known = wanted
                .iter()
                .filter(|known| (known.0, known.1) == (processor, step));
            let reads = known.next().map_or(0, |known| known.2);
            let status = match access.operation {
                Operation::WriteExclusive(status) => status.success,
                _ => 0,
            };
            let upper = access.upper_result;
            for (register, value) in [
                (access.result, reads),
                (upper, reads),
                (access.status, status),
            ] {
                values.extend(register.map(|register| {
                    (
                        Observable::Register {
                            processor,
                            register,
                        },
                        value,
                    )
                }));
            }
        }
    }
    values
}
