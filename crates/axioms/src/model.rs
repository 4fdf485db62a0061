//! The models, and the outcomes that they allow.

use std::collections::BTreeSet;

use diy::{Access, Arch, Observable, Operation, Step, Test};

use crate::candidates::{estimate, visit_all};
use crate::cell::Cell;
use crate::event::count;
use crate::execution::Execution;
use crate::matrix::{MAX, Matrix};
use crate::{aarch64, ppc, riscv, x86_64};

/// How much reordering of an architecture's is allowed, from none to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// None: interleavings only.
    SequentiallyConsistent,
    /// Only stores are delayed: every read is ordered before all later accesses of its processor. On
    /// Power, stores also become visible to all processors at once.
    StoresDelayedOnly,
    /// No load buffering: every read is ordered before all later writes of its processor. On Power,
    /// stores also become visible to all processors at once.
    WithoutLoadBuffering,
    /// Stores become visible to all processors at once. Only Power allows more.
    MultiCopyAtomic,
    /// All that the architecture allows.
    Allowed,
}

impl Model {
    /// All models, the strongest first.
    pub const ALL: [Model; 5] = [
        Model::SequentiallyConsistent,
        Model::StoresDelayedOnly,
        Model::WithoutLoadBuffering,
        Model::MultiCopyAtomic,
        Model::Allowed,
    ];
}

/// The final states that each model allows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcomes {
    sets: [BTreeSet<String>; 5],
}

impl Outcomes {
    /// The states that `model` allows, as [`Test::state`] writes them.
    #[must_use]
    pub const fn of(&self, model: Model) -> &BTreeSet<String> {
        &self.sets[model as usize]
    }

    /// The strongest model that allows `state`; `None` if the architecture forbids it.
    #[must_use]
    pub fn strongest(&self, state: &str) -> Option<Model> {
        let mut models = Model::ALL.into_iter();
        models.find(|model| self.of(*model).contains(state))
    }
}

/// How many candidate executions there may be. An upper bound on their number is compared with it.
const MAX_CANDIDATES: u64 = 1_000_000_000;

/// Why the outcomes of a test cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The test has too many reads and writes.
    #[error(
        "`{test}` has {events} reads and writes: expected at most {MAX}; use fewer accesses or \
         locations"
    )]
    Size {
        /// The test.
        test: String,
        /// How many there are.
        events: usize,
    },
    /// The test has too many candidate executions.
    #[error(
        "`{test}` has more than {MAX_CANDIDATES} candidate executions: use fewer reads and writes of \
         one location"
    )]
    Candidates {
        /// The test.
        test: String,
    },
}

/// The final states of `test` that each model allows.
///
/// # Errors
///
/// If the test is too large.
pub fn outcomes(test: &Test) -> Result<Outcomes, Error> {
    check(test)?;
    let mut outcomes = Outcomes::default();
    visit_all(test, |execution, values| {
        let state = state(execution, values);
        for model in Model::ALL {
            let set = &mut outcomes.sets[model as usize];
            if !set.contains(&state) && allows(execution, model) {
                set.insert(state.clone());
            }
        }
    });
    Ok(outcomes)
}

fn check(test: &Test) -> Result<(), Error> {
    let cells = Cell::all(test);
    let events = count(test, &cells);
    if events > MAX {
        return Err(Error::Size {
            test: test.name.clone(),
            events,
        });
    }
    if estimate(test) > MAX_CANDIDATES {
        return Err(Error::Candidates {
            test: test.name.clone(),
        });
    }
    Ok(())
}

fn allows(execution: &Execution<'_>, model: Model) -> bool {
    let program = execution.program;
    let reads_before = |targets| program.po.between(program.reads, targets);
    let extra = match model {
        Model::SequentiallyConsistent => {
            // Lamport (1979): one order of all accesses that keeps every processor's own.
            return execution.is_acyclic_merged(&program.po.or(&execution.com()));
        }
        Model::StoresDelayedOnly => reads_before(program.all()),
        Model::WithoutLoadBuffering => reads_before(program.writes),
        Model::MultiCopyAtomic | Model::Allowed => Matrix::empty(program.size()),
    };
    match execution.test.arch {
        Arch::AArch64 => aarch64::allows(execution, &extra),
        Arch::Ppc64le => ppc::allows(execution, (model != Model::Allowed).then_some(&extra)),
        Arch::Riscv64 => riscv::allows(execution, &extra),
        Arch::X86_64 => x86_64::allows(execution, &extra),
    }
}

/// The final state of the execution.
fn state(execution: &Execution<'_>, values: &[u128]) -> String {
    let program = execution.program;
    let known: Vec<Option<u128>> = values.iter().copied().map(Some).collect();
    execution.test.state(|observable| match observable {
        Observable::Location(location) => {
            let last = program.events.iter().enumerate().filter(|(index, event)| {
                event.writes && event.access.location == location && execution.co.row(*index) == 0
            });
            let whole = last.fold(0, |whole, (index, event)| {
                whole | program.cells[event.cell].in_value(0, values[index])
            });
            whole as u64
        }
        Observable::Register {
            processor,
            register,
        } => {
            let Some(one) = execution.test.processors.get(processor) else {
                return 0;
            };
            let steps = one.steps.iter().enumerate().rev();
            let mut written = steps.filter_map(|(step, access)| {
                let Step::Access(access) = access else {
                    return None;
                };
                let read = || execution.read(processor, step, &known);
                if access.result == Some(register) {
                    read().map(|value| value as u64)
                } else if access.upper_result == Some(register) {
                    read().map(|value| (value >> 64) as u64)
                } else if access.status == Some(register) {
                    let wrote = program.writes_at(processor, step);
                    status(access, wrote)
                } else {
                    None
                }
            });
            written.next().unwrap_or(0)
        }
    })
}

const fn status(access: &Access, wrote: bool) -> Option<u64> {
    match access.operation {
        Operation::WriteExclusive(status) if wrote => Some(status.success),
        Operation::WriteExclusive(status) => Some(status.failure),
        _ => None,
    }
}
