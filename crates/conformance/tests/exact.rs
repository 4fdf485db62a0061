//! The machine's outcomes are exactly those of the axioms without load buffering.
//!
//! On Power that is also with multi-copy atomicity. herd7's verdicts and the judge's are data of
//! `axioms`, which checks the one against the other.
//!
//! `OVERTAKE_TEST_SAMPLE=N` takes every N-th test; `cross test` sets it, since under emulation all of
//! them take a quarter of an hour.

use axioms::{Model, suite};
use conformance::{NOT_REACHED, NotReached, outcomes, rules};
use diy::Arch;
use std::collections::BTreeSet;

fn sample() -> usize {
    std::env::var("OVERTAKE_TEST_SAMPLE").map_or(1, |sample| {
        sample.parse().expect("OVERTAKE_TEST_SAMPLE is a number")
    })
}

fn compare(arch: Arch) {
    let mut wrong = Vec::new();
    let (mut tests, mut known, mut listed) = (0, 0, 0);
    let sample = sample();
    for entry in suite(arch).unwrap().into_iter().step_by(sample) {
        let of_this_test = |one: &&NotReached| (one.arch, one.test) == (arch, &*entry.name);
        listed += NOT_REACHED.iter().filter(of_this_test).count();
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
                .any(|known| (known.arch, known.test, known.state) == (arch, &entry.name, state))
            {
                known += 1;
                continue;
            }
            wrong.push(format!("{}: {state}: not reached", entry.name));
        }
    }
    assert_eq!(known, listed, "{arch}: outcomes of NOT_REACHED are reached");
    let count = wrong.len();
    let all = tests * sample;
    assert!(all > 100, "{arch}: the suite has only {all} tests");
    assert_eq!(count, 0, "{arch}, of {tests} tests:\n{}", wrong.join("\n"));
}

#[test]
fn aarch64() {
    compare(Arch::AArch64);
}

#[test]
fn ppc() {
    compare(Arch::Ppc64le);
}

#[test]
fn riscv() {
    compare(Arch::Riscv64);
}

#[test]
fn x86_64() {
    compare(Arch::X86_64);
}
