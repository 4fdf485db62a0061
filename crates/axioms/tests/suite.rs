//! The suite: every test of it is made again from its cycle, and the judge says what is stored.

use std::collections::BTreeSet;

use axioms::{Entry, Model, Verdicts, outcomes, suite};
use diy::{Arch, Cycle, cycle_from_name};

fn entries() -> impl Iterator<Item = (Arch, Entry)> {
    Arch::ALL.into_iter().flat_map(|arch| {
        let entries = suite(arch).expect("a suite");
        entries.into_iter().map(move |entry| (arch, entry))
    })
}

/// Made from a cycle, not by hand.
fn cycles() -> impl Iterator<Item = (Arch, Entry, Cycle)> {
    entries().filter_map(|(arch, entry)| {
        let cycle = Cycle::parse(arch, &entry.cycle).ok()?;
        Some((arch, entry, cycle))
    })
}

#[test]
fn the_judge_says_what_is_stored() {
    for (arch, entry) in entries() {
        let test = entry.test(arch).expect("a test");
        let outcomes = outcomes(&test).expect("a judgement");
        assert_eq!(
            Verdicts::from(&outcomes),
            entry.states,
            "{arch} {}",
            entry.name
        );
        for model in Model::ALL {
            let states: BTreeSet<&str> = outcomes.of(model).iter().map(String::as_str).collect();
            assert_eq!(
                states,
                entry.states.of(model),
                "{arch} {} {model:?}",
                entry.name
            );
        }
    }
}

#[test]
fn names_are_sorted_and_unique() {
    for arch in Arch::ALL {
        let names: Vec<String> = suite(arch)
            .expect("a suite")
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        assert!(names.is_sorted_by(|left, right| left < right), "{arch}");
    }
}

#[test]
fn the_suite_is_large_and_most_of_it_is_herd7s() {
    for (arch, from_herd7, from_judge) in [
        (Arch::AArch64, 805, 560),
        (Arch::Ppc64le, 335, 370),
        (Arch::Riscv64, 640, 260),
        (Arch::X86_64, 59, 390),
    ] {
        let entries = suite(arch).expect("a suite");
        let of = |source: &str| {
            entries
                .iter()
                .filter(|entry| entry.source == source)
                .count()
        };
        assert_eq!(of("herd7 7.58"), from_herd7, "{arch}");
        assert!(of("axioms") >= from_judge, "{arch}");
        assert_eq!(of("herd7 7.58") + of("axioms"), entries.len(), "{arch}");
    }
}

#[test]
fn every_name_leads_back_to_its_cycle() {
    for (arch, entry, cycle) in cycles() {
        assert_eq!(cycle.to_string(), entry.cycle, "{arch} {}", entry.name);
        // A read that may only read its processor's own write, and one that does.
        if entry.cycle.starts_with("PosWR PodRR") {
            continue;
        }
        let again = cycle_from_name(&entry.name, arch);
        assert_eq!(again.as_ref(), Ok(&cycle), "{arch} {}", entry.name);
        let named = cycle_from_name(&cycle.name(), arch);
        assert_eq!(named.as_ref(), Ok(&cycle), "{arch} {}", cycle.name());
    }
}

#[test]
fn shapes_are_families() {
    for (arch, entry, cycle) in cycles() {
        let family = cycle.family().map(|family| family.name);
        let is_one = family == Some(entry.shape.as_str());
        let is_coherence = entry.shape == "Co" && family.is_some_and(|name| name.starts_with("Co"));
        assert!(is_one || is_coherence, "{arch} {}: {family:?}", entry.name);
    }
}
