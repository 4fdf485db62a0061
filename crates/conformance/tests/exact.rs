//! The machine's outcomes are exactly those of the axioms without load buffering.
//!
//! On Power that is also with multi-copy atomicity. herd7's verdicts and the judge's are data of
//! `judge`, which checks the one against the other.

use conformance::{outcomes, rules};
use cycles::Arch;
use judge::{Model, suite};
use std::collections::BTreeSet;

/// Outcomes that the machine does not reach, and why: it is stronger there than the architecture.
const NOT_REACHED: [(Arch, &str, &str, &str); 3] = [
    (
        Arch::AArch64,
        "Mix-MP-word-halves",
        "1:X2=257; 1:X3=0",
        "what is unseen is unseen by granules of eight bytes, and a granule is one location",
    ),
    (
        Arch::Riscv,
        "Mix-MP-word-halves",
        "1:x12=257; 1:x13=0",
        "as on AArch64",
    ),
    (
        Arch::Ppc,
        "MP+sync+fri-rfi-addr",
        "1:r1=1; 1:r4=2; 1:r6=0; y=2",
        "a load that reads its own thread's store comes after earlier loads of the location",
    ),
];

fn compare(arch: Arch) {
    let mut wrong = Vec::new();
    let (mut tests, mut known) = (0, 0);
    for entry in suite(arch).unwrap() {
        let test = entry.test(arch).unwrap();
        let found = outcomes(&test, rules(arch));
        let expected = entry.states.of(Model::WithoutLoadBuffering);
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        tests += 1;
        for state in found.difference(&expected) {
            let allowed = entry.states.of(Model::Allowed).contains(state);
            let how = if allowed {
                "needs load buffering"
            } else {
                "FORBIDDEN"
            };
            wrong.push(format!("{}: {state}: reached, {how}", entry.name));
        }
        for state in expected.difference(&found) {
            if NOT_REACHED
                .iter()
                .any(|(of, name, missing, _)| (*of, *name, missing) == (arch, &entry.name, state))
            {
                known += 1;
                continue;
            }
            wrong.push(format!("{}: {state}: not reached", entry.name));
        }
    }
    let listed = NOT_REACHED.iter().filter(|(of, ..)| *of == arch).count();
    assert_eq!(known, listed, "{arch}: outcomes of NOT_REACHED are reached");
    let count = wrong.len();
    assert!(tests > 100, "{arch}: the suite has only {tests} tests");
    assert_eq!(count, 0, "{arch}, of {tests} tests:\n{}", wrong.join("\n"));
}

#[test]
fn aarch64() {
    compare(Arch::AArch64);
}

#[test]
fn ppc() {
    compare(Arch::Ppc);
}

#[test]
fn riscv() {
    compare(Arch::Riscv);
}

#[test]
fn x86_64() {
    compare(Arch::X86_64);
}
