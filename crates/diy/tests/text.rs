//! The text of tests, and names there and back.

use diy::{Arch, Cycle, FAMILIES, Fence, by_hand, cycle_from_name, from_name};
use proptest::prelude::*;

fn texts(arch: Arch, names: &[&str]) -> String {
    let tests = names
        .iter()
        .map(|name| from_name(name, arch).expect("a test").to_string());
    tests.collect::<Vec<_>>().join("\n")
}

#[test]
fn aarch64() {
    let names = [
        "MP+popl+addr",
        "LB+data+ctrl",
        "MP+dmb.st+ctrlisb",
        "SB+polqs",
    ];
    insta::assert_snapshot!(texts(Arch::AArch64, &names));
}

#[test]
fn ppc() {
    let names = ["MP+lwsync+ctrlisync", "LB+addr+data", "IRIW+addrs"];
    insta::assert_snapshot!(texts(Arch::Ppc64le, &names));
}

#[test]
fn riscv() {
    let names = ["MP+fence.w.w+addr", "S+poprl+data", "SB+rfi-ctrlfenceis"];
    insta::assert_snapshot!(texts(Arch::Riscv64, &names));
}

#[test]
fn x86_64() {
    let names = ["SB+mfence+poana", "MP", "2+2W+sfences"];
    insta::assert_snapshot!(texts(Arch::X86_64, &names));
}

#[test]
fn tests_by_hand() {
    let wanted = [
        "RMW-MP-stlxr-ldaxr",
        "RMW-cas",
        "RMW-lwarx-inc",
        "RMW-SB-amoswap.aq.rl",
        "RMW-lrsc",
        "RMW-inc",
        "RMW-lock-inc",
    ];
    let tests = Arch::ALL
        .into_iter()
        .flat_map(|arch| by_hand(arch).expect("tests"));
    let texts = tests.filter(|test| wanted.contains(&test.name.as_str()));
    let texts: Vec<String> = texts.map(|test| test.to_string()).collect();
    assert_eq!(texts.len(), wanted.len());
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn every_family_has_its_name() {
    for arch in Arch::ALL {
        for family in &FAMILIES {
            let cycle = cycle_from_name(family.name, arch).expect("a cycle");
            assert_eq!(cycle.name(), family.name, "{arch}");
        }
    }
}

#[test]
fn a_cycle_of_no_family_is_named_by_its_relations() {
    let line = "PodWW Rfe PodRW Rfe PodRW Rfe PodRR Fre";
    let cycle = Cycle::parse(Arch::Ppc64le, line).expect("a cycle");
    assert_eq!(cycle.name(), line.replace(' ', "-"));
    assert_eq!(cycle_from_name(&cycle.name(), Arch::Ppc64le), Ok(cycle));
}

/// Texts of relations, most of them of some architecture.
fn relation() -> impl Strategy<Value = String> {
    let plain = [
        "Rfe",
        "Fre",
        "Coe",
        "Wse",
        "Rfi",
        "Fri",
        "Coi",
        "PodWW",
        "PodWR",
        "PodRW",
        "PodRR",
        "PosWW",
        "PosWR",
        "PosRW",
        "PosRR",
        "DpAddrdR",
        "DpAddrdW",
        "DpDatadW",
        "DpCtrldR",
        "DpCtrldW",
        "DpCtrlIsbdR",
        "DpCtrlIsyncdR",
        "DpCtrlFenceIdR",
        "DpAddrsR",
        "PodWWPL",
        "PodRRAP",
        "PodWRLA",
        "RfeLA",
        "PodWRANa",
        "PodWRRlAq",
        "RfeLP",
        "Po",
        "x",
    ];
    let mut all: Vec<String> = plain.iter().map(|text| (*text).to_owned()).collect();
    for arch in Arch::ALL {
        for fence in Fence::all(arch) {
            for ends in ["dWW", "dRR", "dWR", "sRW"] {
                all.push(format!("{}{ends}", fence.relation));
            }
        }
    }
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Any line gives a test or an error; a test's text, name and cycle lead back to it.
    #[test]
    fn any_line(
        arch in prop::sample::select(Arch::ALL.to_vec()),
        relations in prop::collection::vec(relation(), 0..9),
    ) {
        if let Ok(cycle) = Cycle::parse(arch, &relations.join(" ")) {
            check(&cycle)?;
        }
    }

    /// As above, for lines that fit together: each relation is the next one that does.
    #[test]
    fn any_fitting_line(
        arch in prop::sample::select(Arch::ALL.to_vec()),
        candidates in prop::collection::vec(relation(), 40),
    ) {
        let mut line: Vec<&str> = Vec::new();
        for candidate in &candidates {
            let with = |end: &str| format!("{} {candidate} {end}", line.join(" "));
            // It fits if some end makes a cycle of it.
            let ends = ["Rfe", "Fre", "Coe", "Rfe PodRR Fre", "PodWW Coe", "PodRW Coe PodWW Coe", "PodWR Fre"];
            if ends.iter().any(|end| Cycle::parse(arch, &with(end)).is_ok()) && line.len() < 9 {
                line.push(candidate);
            }
        }
        for end in ["", "Rfe", "Fre", "Coe"] {
            if let Ok(cycle) = Cycle::parse(arch, &format!("{} {end}", line.join(" "))) {
                check(&cycle)?;
            }
        }
    }

    #[test]
    fn any_text_is_no_panic(text in "\\PC{0,24}", arch in prop::sample::select(Arch::ALL.to_vec())) {
        let _ = cycle_from_name(&text, arch);
        let _ = cycle_from_name(&format!("MP+{text}"), arch);
        let _ = Cycle::parse(arch, &text);
    }
}

fn check(cycle: &Cycle) -> Result<(), TestCaseError> {
    let arch = cycle.arch();
    prop_assert_eq!(Cycle::parse(arch, &cycle.to_string()), Ok(cycle.clone()));
    let Ok(test) = cycle.test() else {
        return Ok(());
    };
    prop_assert_eq!(test.to_string(), cycle.test().expect("again").to_string());
    let named = cycle_from_name(&test.name, arch).expect("its name");
    // A name leaves directions within a processor open, and where a cycle starts.
    prop_assert_eq!(
        named.relations().len(),
        cycle.relations().len(),
        "{}",
        test.name
    );
    prop_assert_eq!(named.name(), test.name.clone());
    prop_assert!(!test.observables().is_empty() || test.condition.is_empty());
    Ok(())
}
