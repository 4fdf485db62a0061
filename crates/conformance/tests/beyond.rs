//! Rules that no test of the suite speaks of: tests made for them, against the axioms' outcomes.
//!
//! For reads of an atomic's own write they are store buffering tests of the suite with atomics for
//! stores, in which each processor reads its own location, and makes the address of its last read
//! from that.

use axioms::Model;
use conformance::outcomes;
use diy::{Access, Arch, Operation, Register, Step, Test, Value, by_hand, from_name};
use std::collections::BTreeSet;
use weakmem::Rules;

/// The test with the read of the own location put before the last read.
fn with_own_read(arch: Arch, name: &str) -> Test {
    let tests = by_hand(arch).unwrap();
    let test = tests.iter().find(|test| test.name == name);
    let test = test.unwrap_or_else(|| panic!("{arch} has no test {name}"));
    let steps = test.processors.iter().map(|processor| {
        let mut steps = processor.steps.clone();
        let Some(Step::Access(mut last)) = steps.pop() else {
            panic!("{name} ends without an access");
        };
        let Some(Step::Access(first)) = steps.first() else {
            panic!("{name} starts without an access");
        };
        last.address = Some(steps.len());
        steps.push(Step::Access(Access::read(first.location).into(Register(8))));
        steps.push(Step::Access(last));
        steps
    });
    let condition = test.condition.clone();
    let name = format!("{name}+rfi-addrs");
    Test::new(arch, &name, "by hand", steps.collect(), |_| condition).unwrap()
}

fn allowed(test: &Test) -> BTreeSet<String> {
    let verdicts = axioms::outcomes(test).unwrap();
    verdicts.of(Model::Allowed).clone()
}

fn compare(arch: Arch, name: &str) -> (Test, BTreeSet<String>) {
    let test = with_own_read(arch, name);
    let found = outcomes(&test, Rules::of(arch));
    assert_eq!(found, allowed(&test), "{arch} {name}:\n{test}");
    (test, found)
}

#[test]
fn aarch64() {
    let (test, found) = compare(Arch::AArch64, "RMW-SB-swps");
    assert!(found.contains(&test.wanted()), "{found:?}");
    let mut flipped = Rules::of(Arch::AArch64);
    flipped.atomics_forward = false;
    assert!(!outcomes(&test, flipped).contains(&test.wanted()));
    for name in ["RMW-SB-swpas", "RMW-SB-swpls", "RMW-SB-swpals"] {
        compare(Arch::AArch64, name);
    }
}

/// A read of the own store-conditional's write comes before that has arrived at the other processor. Where
/// memory is multi-copy atomic, the switch says whether it does.
#[test]
fn ppc() {
    let (test, found) = compare(Arch::Ppc64le, "RMW-SB-lwarx");
    assert!(found.contains(&test.wanted()));
    for atomics_forward in [false, true] {
        let rules = Rules {
            multi_copy_atomic: true,
            atomics_forward,
            ..Rules::of(Arch::Ppc64le)
        };
        let found = outcomes(&test, rules);
        assert_eq!(found.contains(&test.wanted()), atomics_forward);
    }
}

/// A branch on a read of the own store, and `isync`, come after an earlier read of the location.
#[test]
fn ppc_branch() {
    let test = from_name("MP+sync+fri-rfi-ctrlisync", Arch::Ppc64le).unwrap();
    let allowed = allowed(&test);
    assert_eq!(outcomes(&test, Rules::of(Arch::Ppc64le)), allowed);
    let mut flipped = Rules::of(Arch::Ppc64le);
    flipped.branch_includes_location = false;
    assert!(!outcomes(&test, flipped).is_subset(&allowed));
}

#[test]
fn riscv() {
    for name in ["RMW-SB-amoswap", "RMW-SB-lr-sc"] {
        let (test, found) = compare(Arch::Riscv64, name);
        let mut flipped = Rules::of(Arch::Riscv64);
        flipped.atomics_forward = true;
        assert_ne!(outcomes(&test, flipped), found, "{name}");
    }
}

/// RVWMO takes an atomic as one operation, so what depends on its result is ordered after its write
/// too. On AArch64 it is ordered after the read only.
#[test]
fn an_address_from_the_result_of_an_atomic() {
    let dependent = |arch| {
        let result = Register(9);
        let side = |mine, other| {
            let mut last = Access::read(other).into(result);
            last.address = Some(0);
            let exchange = Access::new(Operation::Exchange, mine, Value::Constant(1));
            vec![Step::Access(exchange), Step::Access(last)]
        };
        let steps = vec![side(0, 1), side(1, 0)];
        let condition = [0, 1].map(|processor| {
            let register = result;
            let observable = diy::Observable::Register {
                processor,
                register,
            };
            (observable, 0)
        });
        Test::new(arch, "SB-addrs", "by hand", steps, |_| condition.to_vec()).unwrap()
    };
    for (arch, reached) in [(Arch::AArch64, true), (Arch::Riscv64, false)] {
        let test = dependent(arch);
        let found = outcomes(&test, Rules::of(arch));
        assert_eq!(found, allowed(&test), "{arch}");
        assert_eq!(found.contains(&test.wanted()), reached, "{arch}");
    }
}
