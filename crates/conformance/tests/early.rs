//! Stores before earlier loads: what may come between the two, in every family whose cycles go through a
//! load and a later store.
//!
//! The suite has some of these tests. Here are all parts of an architecture, each with others that keep and
//! that lose order on the other processors, against the axioms' outcomes.

use axioms::Model;
use conformance::{BROKEN, Mutation, mutated_outcomes, outcomes};
use diy::{Arch, Test, from_name};
use std::collections::BTreeSet;
use weakmem::Rules;

/// What lies between a load and a later store.
fn parts(arch: Arch) -> Vec<&'static str> {
    let mut parts = vec![
        "po",
        "addr",
        "data",
        "ctrl",
        "addr-po",
        "addr-pos",
        "po-addr",
        "po-data",
        "po-ctrl",
        "pos-data",
        "pos-addr",
        "pos-ctrl",
        "pos-po",
        "addr-data",
        "ctrl-po",
        "ctrl-coi",
        "data-coi",
        "addr-coi",
        "po-coi",
        "data-rfi-data",
        "data-rfi-addr",
        "data-rfi-ctrl",
        "data-rfi-po",
        "addr-rfi-data",
        "addr-rfi-addr",
        "ctrl-rfi-data",
        "ctrl-rfi-addr",
        "po-rfi-data",
        "po-rfi-addr",
        "po-rfi-ctrl",
        "po-rfi-po",
        "fri-rfi-data",
        "fri-rfi-addr",
        "fri-rfi-ctrl",
        "fri-rfi-po",
        "data-coi-rfi-data",
        "data-coi-rfi-addr",
        "data-coi-rfi-ctrl",
        "data-rfi-pos-data",
        "data-rfi-data-rfi-data",
    ];
    parts.extend(match arch {
        Arch::AArch64 => vec![
            "dmb.sy",
            "dmb.ld",
            "dmb.st",
            "ctrlisb",
            "isb",
            "popl",
            "poap",
            "poqp",
            "popap",
            "po-popl",
            "po-dmb.st",
            "po-dmb.ld",
            "po-dmb.sy",
            "data-dmb.st",
            "ctrl-dmb.st",
            "addr-dmb.st",
            "po-popl",
            "poap-po",
            "po-poap",
            "po-poqp",
            "dmb.ld-po",
            "dmb.st-po",
            "data-dmb.ld",
            "data-rfi-dmb.ld",
            "po-rfi-dmb.ld",
            "addr-isb",
            "ctrlisb-po",
            "ctrlisb-data",
            "addr-isb-po",
            "popl-po",
            "popl-coi",
            "popl-rfi-data",
            "dmb.st-rfi-data",
            "popl-dmb.st",
        ],
        Arch::Ppc64le => vec![
            "sync",
            "lwsync",
            "eieio",
            "ctrlisync",
            "isync",
            "po-sync",
            "po-lwsync",
            "po-eieio",
            "data-eieio",
            "data-lwsync",
            "ctrl-eieio",
            "addr-eieio",
            "sync-po",
            "lwsync-po",
            "eieio-po",
            "data-rfi-lwsync",
            "po-rfi-lwsync",
            "ctrlisync-po",
            "ctrlisync-data",
            "addr-isync",
            "data-rfi-ctrlisync",
            "po-rfi-ctrlisync",
            "fri-rfi-ctrlisync",
            "fri-rfi-lwsync",
        ],
        Arch::Riscv64 => vec![
            "fence.rw.rw",
            "fence.r.rw",
            "fence.r.r",
            "fence.rw.w",
            "fence.r.w",
            "fence.w.w",
            "fence.w.r",
            "fence.tso",
            "po-fence.w.w",
            "po-fence.rw.w",
            "po-fence.w.r",
            "data-fence.w.w",
            "ctrl-fence.w.w",
            "addr-fence.w.w",
            "fence.r.r-po",
            "fence.r.r-data",
            "fence.r.r-addr",
            "fence.r.r-ctrl",
            "fence.r.r-pos",
            "fence.w.r-po",
            "data-rfi-fence.r.w",
            "po-rfi-fence.r.w",
            "po-fence.w.r-data",
            "po-fence.w.r-po",
            "porl",
            "poaq",
            "poaqp",
            "poprl",
            "poaqrl",
            "ctrlfencei",
        ],
        Arch::X86_64 => vec![],
    });
    parts
}

/// Fences or dependencies for the other processors: strong, by a dependency, none.
fn others(arch: Arch) -> [&'static str; 3] {
    match arch {
        Arch::AArch64 => ["dmb.sy", "data", "po"],
        Arch::Ppc64le => ["sync", "data", "po"],
        _ => ["fence.rw.rw", "data", "po"],
    }
}

/// Compares a test with the axioms; nothing if the parts do not fit together. Returns whether it needs load
/// buffering.
fn compare(arch: Arch, name: &str, wrong: &mut Vec<String>) -> Option<bool> {
    let test: Test = from_name(name, arch).ok()?;
    let verdicts = axioms::outcomes(&test).unwrap();
    let expected = verdicts.of(Model::Allowed);
    let found: BTreeSet<String> = outcomes(&test, Rules::of(arch));
    for state in found.difference(expected) {
        wrong.push(format!("{arch} {name}: {state}: FORBIDDEN"));
    }
    for state in expected.difference(&found) {
        wrong.push(format!("{arch} {name}: {state}: not reached"));
    }
    Some(expected != verdicts.of(Model::WithoutLoadBuffering))
}

/// Compares these tests. At least so many need load buffering.
fn compare_all(arch: Arch, names: impl IntoIterator<Item = String>, least: usize) {
    let (mut tests, mut need, mut wrong) = (0, 0, Vec::new());
    for name in names {
        if let Some(needs) = compare(arch, &name, &mut wrong) {
            tests += 1;
            need += usize::from(needs);
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {tests} tests:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        need >= least,
        "{need} of {tests} tests of {arch} need load buffering"
    );
}

/// Families with a load and a later store: the part `X`, a part `O` of another such slot, a fence `F`
/// elsewhere.
const FAMILIES: [&str; 8] = [
    "LB+X+O",
    "S+F+X",
    "WRC+X+F",
    "ISA2+F+X+F",
    "WWC+X+O",
    "Z6.2+F+X+O",
    "3.LB+X+O+O",
    "IRWIW+X+O",
];

fn with_each_part(arch: Arch, families: &[&str]) -> BTreeSet<String> {
    let others = others(arch);
    let mut names = BTreeSet::new();
    for part in parts(arch) {
        for other in others {
            let family = |family: &&str| {
                let name = family.replace('X', part).replace('O', other);
                name.replace('F', others[0])
            };
            names.extend(families.iter().map(family));
        }
    }
    names
}

/// Each part against each.
fn each_two_parts(arch: Arch) -> BTreeSet<String> {
    let parts = parts(arch);
    let pairs = parts.iter().enumerate();
    let names = pairs.flat_map(|(index, one)| {
        let others = parts[index..].iter();
        others.map(move |other| format!("LB+{one}+{other}"))
    });
    names.collect()
}

/// Families of two processors; [`all_families`] has more.
#[test]
fn small_families() {
    for arch in [Arch::AArch64, Arch::Ppc64le, Arch::Riscv64] {
        compare_all(arch, with_each_part(arch, &FAMILIES[..2]), 50);
    }
}

/// What a look ahead finds is kept whatever the other processors do, and leads to nothing forbidden.
#[test]
fn a_store_that_depends_on_no_later_load_is_made() {
    for arch in [Arch::AArch64, Arch::Ppc64le, Arch::Riscv64] {
        let mut early = 0;
        for name in with_each_part(arch, &FAMILIES[..2]) {
            let Ok(test) = from_name(&name, arch) else {
                continue;
            };
            let verdicts = axioms::outcomes(&test).unwrap();
            let found = mutated_outcomes(&test, Rules::of(arch), Mutation::Independent);
            assert!(!found.contains(BROKEN), "{arch}: {test}");
            assert!(
                found.is_subset(verdicts.of(Model::Allowed)),
                "{arch}: {test}"
            );
            let without = verdicts.of(Model::WithoutLoadBuffering);
            early += usize::from(!found.is_subset(without));
        }
        assert!(early >= 50, "{early} of {arch}");
    }
}

#[test]
#[ignore = "it takes four minutes"]
fn all_families() {
    for arch in [Arch::AArch64, Arch::Ppc64le, Arch::Riscv64] {
        compare_all(arch, with_each_part(arch, &FAMILIES), 100);
    }
}

#[test]
#[ignore = "it takes minutes"]
fn each_part_against_each() {
    for arch in [Arch::AArch64, Arch::Ppc64le, Arch::Riscv64] {
        compare_all(arch, each_two_parts(arch), 100);
    }
}
