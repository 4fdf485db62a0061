//! The machine's outcomes are exactly those of the axioms, load buffering included.
//!
//! On Power stores need not become visible to all processors at once. herd7's verdicts and the judge's are data of
//! `axioms`, which checks the one against the other.
//!
//! Under emulation (`cross test`) all tests of the suite take a quarter of an hour: there one of 20 is
//! compared, by a test of another name.

use axioms::{Model, suite};
use conformance::{BROKEN, Mutation, NOT_REACHED, NotReached, mutated_outcomes, outcomes};
use diy::Arch;
use std::collections::BTreeSet;
use weakmem::Rules;

/// One of so many tests is explored with other promises too.
const SAMPLE: usize = 7;

/// Compares one of `sample` tests.
fn compare(arch: Arch, sample: usize) {
    let mut wrong = Vec::new();
    let (mut tests, mut known, mut listed) = (0, 0, 0);
    for entry in suite(arch).unwrap().into_iter().step_by(sample) {
        let of_this_test = |one: &&NotReached| (one.arch, one.test) == (arch, &*entry.name);
        listed += NOT_REACHED.iter().filter(of_this_test).count();
        let test = entry.test(arch).unwrap();
        let found = outcomes(&test, Rules::of(arch));
        let expected = entry.states.of(Model::Allowed);
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        tests += 1;
        for state in found.difference(&expected) {
            wrong.push(format!("{}: {state}: FORBIDDEN", entry.name));
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

macro_rules! comparisons {
    ($($whole:ident, $sample:ident: $arch:ident;)*) => {$(
        #[test]
        #[cfg_attr(
            not(target_arch = "x86_64"),
            ignore = "it takes too long under emulation: a sample is compared"
        )]
        fn $whole() {
            compare(Arch::$arch, 1);
        }

        #[test]
        #[cfg(not(target_arch = "x86_64"))]
        fn $sample() {
            compare(Arch::$arch, 20);
        }
    )*};
}

comparisons! {
    aarch64, one_of_20_of_aarch64: AArch64;
    ppc, one_of_20_of_ppc: Ppc64le;
    riscv, one_of_20_of_riscv: Riscv64;
    x86_64, one_of_20_of_x86_64: X86_64;
}

/// What the exploration leaves out, because the program itself says that the promise would be broken, hides
/// nothing of the machine's.
#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "it takes too long under emulation"
)]
fn the_machine_alone_finds_broken_promises() {
    for arch in [Arch::AArch64, Arch::Ppc64le, Arch::Riscv64] {
        for entry in suite(arch).unwrap().into_iter().step_by(SAMPLE) {
            let test = entry.test(arch).unwrap();
            let rules = Rules::of(arch);
            let found = mutated_outcomes(&test, rules, Mutation::EveryPromise);
            assert_eq!(found, outcomes(&test, rules), "{arch} {}", entry.name);
        }
    }
}

/// What a look ahead finds is kept whatever the other processors do, leads to nothing forbidden, and to nearly all
/// that is allowed.
#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "it takes too long under emulation"
)]
fn independent_promises_are_kept() {
    explore_independent_promises(SAMPLE);
}

#[test]
#[ignore = "it takes four minutes"]
fn independent_promises_are_kept_in_all_tests() {
    explore_independent_promises(1);
}

fn explore_independent_promises(sample: usize) {
    for arch in [Arch::AArch64, Arch::Ppc64le, Arch::Riscv64] {
        let (mut reached, mut all) = (0, 0);
        for entry in suite(arch).unwrap().into_iter().step_by(sample) {
            let test = entry.test(arch).unwrap();
            let found = mutated_outcomes(&test, Rules::of(arch), Mutation::Independent);
            let allowed = entry.states.of(Model::Allowed);
            assert!(!found.contains(BROKEN), "{arch} {}", entry.name);
            let forbidden = found.iter().find(|state| !allowed.contains(state.as_str()));
            assert_eq!(forbidden, None, "{arch} {}", entry.name);
            reached += found.len();
            all += allowed.len();
        }
        // What is missing are atomics that a store overtakes, and bytes within a word.
        assert!(100 * reached >= 97 * all, "{arch}: {reached} of {all}");
    }
}
