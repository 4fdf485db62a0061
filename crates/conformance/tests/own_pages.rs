//! Locations that one processor alone accesses, on pages of its own, as the plugin has them: the
//! machine reaches nothing that the axioms forbid, and the views of what is stored there are needed
//! for that. (What is stored there is visible at once, which may be stronger than the axioms.)

use axioms::{Entry, Model, suite};
use conformance::{Mutation, Rule, outcomes_with_own_pages};
use diy::{Arch, Step, Test};
use weakmem::Rules;

/// An outcome of the test that is reached and forbidden.
fn forbidden(arch: Arch, entry: &Entry, test: &Test, mutation: Mutation) -> Option<String> {
    let allowed = entry.states.of(Model::Allowed);
    let found = outcomes_with_own_pages(test, Rules::of(arch), mutation);
    found
        .into_iter()
        .find(|state| !allowed.contains(state.as_str()))
}

/// Whether one processor alone accesses some location.
fn has_own(test: &Test) -> bool {
    let accesses = |location: usize| {
        let accessed =
            move |step: &Step| matches!(step, Step::Access(access) if access.location == location);
        let processors = test.processors.iter();
        processors
            .filter(|one| one.steps.iter().any(accessed))
            .count()
    };
    (0..test.locations).any(|location| accesses(location) == 1)
}

#[test]
fn nothing_forbidden_is_reached() {
    for arch in Arch::ALL {
        let mut count = 0;
        for entry in suite(arch).unwrap() {
            let test = entry.test(arch).unwrap();
            if has_own(&test) {
                count += 1;
                let found = forbidden(arch, &entry, &test, Mutation::None);
                assert_eq!(found, None, "{arch} {}", entry.name);
            }
        }
        let enough = if arch == Arch::X86_64 { 1 } else { 10 };
        assert!(count >= enough, "{arch}: {count} tests have own pages");
    }
}

#[test]
fn a_dependency_through_own_memory_is_kept() {
    for (arch, name, rule) in [
        (Arch::AArch64, "MP+dmb.sy+addr-rfi-addr", Rule::StoreAddress),
        (Arch::AArch64, "MP+dmb.st+data-rfi-addr", Rule::StoreData),
        (Arch::Ppc64le, "MP+sync+addr-rfi-addr", Rule::StoreAddress),
        (Arch::Ppc64le, "MP+lwsync+data-rfi-addr", Rule::StoreData),
        (
            Arch::Riscv64,
            "MP+fence.rw.rw+addr-rfi-addr",
            Rule::StoreAddress,
        ),
        (
            Arch::Riscv64,
            "MP+fence.rw.rw+data-rfi-addr",
            Rule::StoreData,
        ),
    ] {
        let entries = suite(arch).unwrap();
        let entry = entries.iter().find(|entry| entry.name == name).unwrap();
        let test = entry.test(arch).unwrap();
        assert!(has_own(&test), "{name}");
        let found = forbidden(arch, entry, &test, Mutation::Without(rule));
        assert!(found.is_some(), "{arch} {name} without {rule:?}");
    }
}
