//! The project's own suite: a selection of its tests, and which outcomes are allowed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arch::Arch;
use axioms::{Entry, Model};
use conformance::{BY_PROMISES, NOT_REACHED};
use diy::{Acquire, Release, Step};
use emulator::suggestion::suggestion;
use litmus::{Test, canonical};

use crate::error::Error;
use crate::task::Task;
use crate::verdicts::{Verdict, Verdicts};

/// A selection of tests; an empty list selects all.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Architectures.
    pub archs: Vec<Arch>,
    /// Shapes of tests, such as MP.
    pub shapes: Vec<String>,
    /// Names of tests, such as MP+dmb.sy+addr.
    pub tests: Vec<String>,
    /// Select every `sample`th test of each architecture, beginning with the first.
    pub sample: u64,
}

/// The selected tests.
#[derive(Debug)]
pub struct Suite {
    /// The tests to run.
    pub tasks: Vec<Task>,
    /// The allowed outcomes.
    pub verdicts: Verdicts,
    /// Number of selected tests that have no instructions on their architecture.
    pub without_instruction: u64,
}

impl Suite {
    /// The tests of a selection.
    pub fn chosen(selection: &Selection) -> Result<Self, Error> {
        let is_asked = |arch: &Arch| selection.archs.is_empty() || selection.archs.contains(arch);
        let archs: Vec<Arch> = Arch::ALL.into_iter().filter(is_asked).collect();
        let all: Vec<(Arch, Vec<Entry>)> = archs
            .into_iter()
            .map(|arch| {
                let entries = axioms::suite(arch);
                (arch, entries.expect("its own tests read it"))
            })
            .collect();
        known(selection, "test", &all, &selection.tests, |entry| {
            &entry.name
        })?;
        known(selection, "shape", &all, &selection.shapes, |entry| {
            &entry.shape
        })?;

        let mut suite = Suite {
            tasks: Vec::new(),
            verdicts: Verdicts::default(),
            without_instruction: 0,
        };
        let one_of = usize::try_from(selection.sample).unwrap_or(usize::MAX);
        for (arch, entries) in all {
            let chosen = entries.iter().filter(|entry| {
                let is_in = |asked: &[String], name| asked.is_empty() || asked.contains(name);
                is_in(&selection.tests, &entry.name) && is_in(&selection.shapes, &entry.shape)
            });
            let mut tests = Vec::new();
            for entry in chosen {
                match entry.test(arch) {
                    Ok(test) if !has_instructions(&test) => suite.without_instruction += 1,
                    test => tests.push((entry, test)),
                }
            }
            for (entry, test) in tests.into_iter().step_by(one_of) {
                suite.add(arch, entry, test);
            }
        }
        Ok(suite)
    }

    fn add(&mut self, arch: Arch, entry: &Entry, test: Result<diy::Test, diy::Error>) {
        let file = PathBuf::from(format!("{} {}", arch.herd_name(), entry.name));
        let halves = test.as_ref().ok().and_then(halves);
        if let Ok(test) = &test {
            let verdict = verdict(arch, entry, test);
            self.verdicts.insert(arch, &entry.name, verdict);
        }
        // Parsed from text, as a test in a file is.
        let test = test
            .map_err(|error| (None, error.to_string()))
            .and_then(|test| {
                Test::parse(&test.to_string())
                    .map_err(|error| (Some(error.position), error.message))
            })
            .map_err(|(position, message)| Error::LitmusTest {
                file: file.clone(),
                position,
                message,
            });
        self.tasks.push(Task { file, test, halves });
    }
}

/// An error for names that the suite does not have.
fn known(
    selection: &Selection,
    what: &'static str,
    all: &[(Arch, Vec<Entry>)],
    asked: &[String],
    name: impl Fn(&Entry) -> &String,
) -> Result<(), Error> {
    let names = || all.iter().flat_map(|(_, entries)| entries).map(&name);
    let Some(given) = asked
        .iter()
        .find(|asked| !names().any(|name| name == *asked))
    else {
        return Ok(());
    };
    let archs: Vec<_> = selection
        .archs
        .iter()
        .map(|arch| arch.herd_name())
        .collect();
    let of = match archs.as_slice() {
        [] => String::new(),
        archs => format!(" for {}", archs.join(", ")),
    };
    Err(Error::NotInSuite {
        what,
        given: given.clone(),
        of,
        hint: suggestion(given, names().map(|name| (name.as_str(), name.as_str()))),
    })
}

/// Whether each access is an instruction: RISC-V's base ISA and its atomics know no plain load
/// that acquires, and no plain store that releases.
fn has_instructions(test: &diy::Test) -> bool {
    test.arch != Arch::Riscv64
        || accesses(test).all(|access| {
            let order = (access.order.acquire, access.order.release);
            access.operation.is_atomic() || order == (Acquire::No, Release::No)
        })
}

/// See [`Task::halves`]. Power's `lq` and `stq` are one access on every CPU.
fn halves(test: &diy::Test) -> Option<bool> {
    if accesses(test).any(|access| access.halves) {
        return Some(true);
    }
    let wide = accesses(test).any(|access| access.size == 16);
    (wide && test.arch != Arch::Ppc64le).then_some(false)
}

fn accesses(test: &diy::Test) -> impl Iterator<Item = &diy::Access> {
    let steps = test.processors.iter().flat_map(|one| &one.steps);
    steps.filter_map(|step| match step {
        Step::Access(access) => Some(access),
        Step::Fence(_) | Step::Branch { .. } | Step::Copy { .. } => None,
    })
}

/// The allowed outcomes, and the features that overtake lacks for some.
fn verdict(arch: Arch, entry: &Entry, test: &diy::Test) -> Verdict {
    let of = |model| {
        let states = entry.states.of(model).into_iter();
        states.map(|state| canonical(arch, state)).collect()
    };
    let known = NOT_REACHED
        .iter()
        .chain(&BY_PROMISES)
        .filter(|one| (one.arch, one.test) == (test.arch, &entry.name));
    let mut known: BTreeMap<String, &'static str> = known
        .map(|one| (canonical(arch, one.state), one.rule))
        .collect();
    let needs = weaker(test);
    let beyond = entry.states.load_buffering.iter();
    let beyond = beyond.chain(&entry.states.not_multi_copy_atomic);
    known.extend(beyond.map(|state| (canonical(arch, state), needs)));
    Verdict {
        shape: Some(entry.shape.clone()),
        allowed: of(Model::Allowed),
        without_load_buffering: Some(of(Model::WithoutLoadBuffering)),
        sequentially_consistent: Some(of(Model::SequentiallyConsistent)),
        known,
    }
}

/// What a state needs that [`Model::Allowed`] allows and [`Model::WithoutLoadBuffering`] does not.
///
/// With two processors a store that is visible to another one is visible to all. Where no
/// processor writes after a read, nothing can be buffered.
fn weaker(test: &diy::Test) -> &'static str {
    let buffers = test.processors.iter().any(|processor| {
        let mut read = false;
        processor.steps.iter().any(|step| {
            let Step::Access(access) = step else {
                return false;
            };
            let after = read && access.operation.writes();
            read |= access.operation.reads();
            after
        })
    });
    match (
        test.arch == Arch::Ppc64le && test.processors.len() > 2,
        buffers,
    ) {
        (false, _) => "load buffering",
        (true, false) => "non-multi-copy-atomicity",
        (true, true) => "load buffering or non-multi-copy-atomicity",
    }
}
