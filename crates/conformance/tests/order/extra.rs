//! Tests that the suite lacks: each is about the order of two calls that no test of the suite
//! notices. The axioms judge them.

use axioms::Model;
use conformance::Sort;
use diy::{
    Access, Acquire, Arch, Fence, Observable, Operation, Register, Release, Step, Test, Value,
};
use std::collections::BTreeSet;

const X: usize = 0;
const Y: usize = 1;
const Z: usize = 2;

/// Where a read goes that the condition asks for.
const RESULT: Register = Register(9);

/// A test and the outcomes that the architecture allows.
pub struct Extra {
    /// The test.
    pub test: Test,
    /// What the axioms allow.
    pub allowed: BTreeSet<String>,
}

fn ordered(operation: Operation, location: usize, acquire: Acquire, release: Release) -> Access {
    Access::new(operation, location, Value::Constant(1)).ordered(acquire, release)
}

fn read(location: usize) -> Access {
    Access::read(location).into(RESULT)
}

fn write(location: usize, value: u64) -> Step {
    Step::Access(Access::write(location, value))
}

/// The read of a processor was 0.
fn saw_zero(processor: usize) -> (Observable, u64) {
    let register = RESULT;
    let observable = Observable::Register {
        processor,
        register,
    };
    (observable, 0)
}

fn full_fence(arch: Arch) -> Step {
    let all = Fence::all(arch).iter();
    let full = all.copied().find(|fence| fence.pairs == arch::Pairs::ALL);
    Step::Fence(full.expect("every architecture has a full fence"))
}

/// A release, an acquire and a read; the other processor writes what is read last, then the
/// release's location. The read is ordered after the release.
fn after_a_release(arch: Arch, acquire: Operation) -> Vec<Vec<Step>> {
    let release = match arch {
        Arch::Riscv64 => Operation::Exchange,
        _ => Operation::Write,
    };
    vec![
        vec![
            Step::Access(ordered(release, X, Acquire::No, Release::Sc)),
            Step::Access(ordered(acquire, Y, Acquire::Sc, Release::No)),
            Step::Access(read(Z)),
        ],
        vec![write(Z, 1), full_fence(arch), write(X, 2)],
    ]
}

/// A release and an acquire; the other processor writes what the acquire reads, then the release's
/// location, then again what the acquire reads. What the acquire reads is ordered after the release.
/// A compare-and-swap that then reads what it expects must succeed with the newest.
fn read_after_a_release(arch: Arch, acquire: Operation) -> Vec<Vec<Step>> {
    let mut acquire = Access::new(acquire, Y, Value::Constant(3)).ordered(Acquire::Sc, Release::No);
    acquire.result = Some(RESULT);
    let release = ordered(Operation::Write, X, Acquire::No, Release::Sc);
    vec![
        vec![Step::Access(release), Step::Access(acquire)],
        vec![write(Y, 1), full_fence(arch), write(X, 2), write(Y, 2)],
    ]
}

/// Message passing, received by an acquire.
fn message(arch: Arch, acquire: Operation) -> Vec<Vec<Step>> {
    let mut flag = ordered(acquire, Y, Acquire::Sc, Release::No);
    flag.result = Some(Register(7));
    vec![
        vec![write(X, 1), full_fence(arch), write(Y, 1)],
        vec![Step::Access(flag), Step::Access(read(X))],
    ]
}

/// The tests of an architecture.
pub fn tests(arch: Arch) -> Vec<Extra> {
    let mut tests = Vec::new();
    let mut add = |name: &str, steps, condition: Vec<(Observable, u64)>| {
        let test = Test::new(arch, name, "by hand", steps, |_| condition).unwrap();
        let outcomes = axioms::outcomes(&test).unwrap();
        let allowed = outcomes.of(Model::Allowed).clone();
        tests.push(Extra { test, allowed });
    };
    let released = || vec![(Observable::Location(X), 1), saw_zero(0)];
    let received = || {
        let flag = Observable::Register {
            processor: 1,
            register: Register(7),
        };
        vec![(flag, 1), saw_zero(1)]
    };
    match arch {
        Arch::AArch64 => {
            for (name, acquire) in [
                ("stlr-ldar-read", Operation::Read),
                ("stlr-swpa-read", Operation::Exchange),
                ("stlr-ldaxr-read", Operation::ReadExclusive),
            ] {
                add(name, after_a_release(arch, acquire), released());
            }
            for (name, acquire) in [
                ("stlr-casa", Operation::CompareExchange(1)),
                ("stlr-ldaxr", Operation::ReadExclusive),
            ] {
                let read = (Observable::Location(Y), 1);
                let condition = [released(), vec![read]].concat();
                add(name, read_after_a_release(arch, acquire), condition);
            }
        }
        Arch::Riscv64 => {
            let acquire = Operation::ReadExclusive;
            let steps = after_a_release(arch, acquire);
            add("amoswap.rl-lr.aq-read", steps, released());
            add("MP-lr.aq", message(arch, acquire), received());
        }
        Arch::Ppc64le | Arch::X86_64 => {}
    }
    tests
}

/// Whether a test has a step of the sort.
pub fn has(test: &Test, sort: Sort) -> bool {
    let mut steps = test.processors.iter().flat_map(|one| &one.steps);
    steps.any(|step| Sort::of(step) == Some(sort))
}
