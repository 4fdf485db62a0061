//! Each rule of each architecture has a test of the suite that fails without it.
//!
//! `snapshots/rules.txt` names one for each rule, the smallest, and the outcome that tells:
//! `reaches` one that the axioms forbid, where the rule makes memory stronger; `misses` one that
//! they allow, where it makes it weaker. Where there is none the table says why.
//! [`write_the_table`] makes it anew.

use axioms::{Entry, Model, suite};
use conformance::{Mutation, Rule, mutated_outcomes, outcomes};
use diy::{Arch, Test};
use std::fmt::Write as _;
use weakmem::{Rules, StoreOrder};

const TABLE: &str = include_str!("snapshots/rules.txt");

const ARCHS: [Arch; 4] = [Arch::AArch64, Arch::Ppc64le, Arch::Riscv64, Arch::X86_64];

/// A field of [`Rules`], and how to turn it round.
type Switch = (&'static str, fn(&mut Rules));

const SWITCHES: [Switch; 11] = [
    ("stores", |rules| {
        rules.stores = match rules.stores {
            StoreOrder::Fifo => StoreOrder::Weak,
            StoreOrder::Weak => StoreOrder::Fifo,
        }
    }),
    ("multi_copy_atomic", |rules| {
        rules.multi_copy_atomic = !rules.multi_copy_atomic;
    }),
    ("loads_in_order", |rules| {
        rules.loads_in_order = !rules.loads_in_order;
    }),
    ("load_buffering", |rules| {
        rules.load_buffering = !rules.load_buffering;
    }),
    ("atomics_forward", |rules| {
        rules.atomics_forward = !rules.atomics_forward;
    }),
    ("atomics_stay_pending", |rules| {
        rules.atomics_stay_pending = !rules.atomics_stay_pending;
    }),
    ("atomic_is_one", |rules| {
        rules.atomic_is_one = !rules.atomic_is_one;
    }),
    ("acquire_includes_write", |rules| {
        rules.acquire_includes_write = !rules.acquire_includes_write;
    }),
    ("status_includes_write", |rules| {
        rules.status_includes_write = !rules.status_includes_write;
    }),
    ("sync_includes_addresses", |rules| {
        rules.sync_includes_addresses = !rules.sync_includes_addresses;
    }),
    ("branch_includes_location", |rules| {
        rules.branch_includes_location = !rules.branch_includes_location;
    }),
];

/// A rule of an architecture, taken out.
struct Cell {
    rule: String,
    arch: Arch,
    rules: Rules,
    mutation: Mutation,
}

impl Cell {
    fn outcomes(&self, test: &Test) -> Found {
        Found {
            with: outcomes(test, Rules::of(self.arch)),
            without: mutated_outcomes(test, self.rules, self.mutation),
        }
    }
}

type States = std::collections::BTreeSet<String>;

struct Found {
    with: States,
    without: States,
}

impl Found {
    /// How the test tells that the rule is missing.
    fn verdict(&self, entry: &Entry) -> Option<(&'static str, String)> {
        let allowed = entry.states.of(Model::Allowed);
        let forbidden = |state: &&String| !allowed.contains(state.as_str());
        if let Some(state) = self.without.iter().find(forbidden) {
            assert!(!self.with.contains(state), "{}: {state}", entry.name);
            return Some(("reaches", state.clone()));
        }
        let mut missing = self.with.difference(&self.without);
        missing.next().map(|state| ("misses", state.clone()))
    }
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (name, flip) in SWITCHES {
        for arch in ARCHS {
            let mut flipped = Rules::of(arch);
            flip(&mut flipped);
            cells.push(Cell {
                rule: name.to_owned(),
                arch,
                rules: flipped,
                mutation: Mutation::None,
            });
        }
    }
    for rule in Rule::ALL {
        for arch in ARCHS {
            cells.push(Cell {
                rule: format!("{rule:?}"),
                arch,
                rules: Rules::of(arch),
                mutation: Mutation::Without(rule),
            });
        }
    }
    cells
}

/// Why no test of the suite can tell that a rule is missing.
fn no_witness(rule: &str, arch: Arch) -> Option<&'static str> {
    Some(match (rule, arch) {
        ("multi_copy_atomic", Arch::X86_64) => "no load is stale, so no store is late",
        ("status_includes_write", _) => {
            "no test depends on a status; see crates/weakmem/tests/machine/reservation.rs"
        }
        ("branch_includes_location", Arch::Ppc64le)
        | ("atomics_forward", Arch::AArch64 | Arch::Ppc64le) => {
            "no test of the suite; see tests/beyond.rs"
        }
        ("atomics_stay_pending", Arch::X86_64) => "an atomic is a full fence",
        ("atomics_stay_pending", Arch::AArch64 | Arch::Ppc64le) => {
            "a later store may be promised before the atomic, and a later load may be stale"
        }
        ("PickData", Arch::Ppc64le | Arch::Riscv64 | Arch::X86_64) => {
            "the architecture has no pick dependencies"
        }
        ("CoRW", Arch::AArch64 | Arch::Ppc64le) => {
            "what orders the read after something later orders the write after it too"
        }
        ("FenceReadWrite" | "CoRW", Arch::X86_64) => "no store is promised",
        ("atomic_is_one", Arch::Ppc64le) => "the architecture has no atomics of one instruction",
        ("acquire_includes_write", Arch::Riscv64) => {
            "an atomic is one operation, and no test has a store-conditional that is an acquire"
        }
        ("acquire_includes_write", Arch::AArch64) => {
            "an atomic's write may still be pending when what follows is done"
        }
        ("acquire_includes_write" | "AcquireSc" | "AcquirePc", Arch::Ppc64le)
        | ("ReleaseAcquire" | "ReleaseAcquirePc" | "Release", Arch::Ppc64le) => {
            "the architecture has no acquire and no release"
        }
        ("AcquireSc" | "AcquirePc" | "ReleaseAcquire" | "ReleaseAcquirePc", Arch::X86_64)
        | ("Release", Arch::X86_64) => "the architecture has no acquire and no release",
        ("AcquirePc" | "ReleaseAcquirePc", Arch::Riscv64) => "the architecture has no RCpc acquire",
        ("ReleaseAcquire", Arch::Riscv64) => {
            "a release is visible at once, and an acquire reads the newest write"
        }
        ("AtomicFence", Arch::X86_64) => "an atomic is visible at once, after all earlier stores",
        ("AtomicFence", Arch::Ppc64le | Arch::Riscv64) => "no atomic is a full fence",
        ("ContextSync" | "sync_includes_addresses", Arch::Riscv64) => {
            "no instruction is a context synchronisation that orders reads"
        }
        ("Reservation", Arch::X86_64) => "the architecture has no reservation",
        ("FenceWriteWrite" | "CoWW", Arch::X86_64) => "stores are first in, first out",
        (
            "atomics_forward"
            | "atomic_is_one"
            | "acquire_includes_write"
            | "sync_includes_addresses"
            | "branch_includes_location"
            | "FenceReadRead"
            | "ContextSync"
            | "Branch"
            | "LoadAddress"
            | "StoreAddress"
            | "StoreData"
            | "Atomic"
            | "CoRR"
            | "CoWR"
            | "WholeRead",
            Arch::X86_64,
        ) => "no load is stale",
        ("WholeRead" | "WholeWrite", Arch::Ppc64le) => "all values fit into half of an access",
        _ => return None,
    })
}

fn line(cell: &Cell, how: &str, rest: &str) -> String {
    let Cell { rule, arch, .. } = cell;
    format!("{rule:<26}{:<9}{how:<9}{rest}", arch.herd_name())
}

/// The tests of an architecture, the smallest first.
fn tests(arch: Arch) -> Vec<(Entry, Test)> {
    let mut tests: Vec<(Entry, Test)> = suite(arch)
        .unwrap()
        .into_iter()
        .map(|entry| {
            let test = entry.test(arch).unwrap();
            (entry, test)
        })
        .collect();
    tests.sort_by_key(|(entry, test)| {
        let steps: usize = test.processors.iter().map(|one| one.steps.len()).sum();
        (steps, entry.name.clone())
    });
    tests
}

/// Each line of the table holds: its test tells that its rule is missing.
#[test]
fn each_rule_has_a_test_that_fails_without_it() {
    let suites = ARCHS.map(|arch| (arch, suite(arch).unwrap()));
    let mut lines = TABLE.lines();
    for cell in cells() {
        let line = lines.next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let (rule, arch) = (words.next(), words.next());
        let arch_name = cell.arch.herd_name();
        assert_eq!(
            (rule, arch),
            (Some(cell.rule.as_str()), Some(arch_name)),
            "the table's rules are others; make it anew"
        );
        let how = words.next().unwrap_or_default();
        if how == "none" {
            let reason = no_witness(&cell.rule, cell.arch);
            let reason = reason.unwrap_or_else(|| panic!("{line}: no reason is known"));
            assert!(line.ends_with(reason), "{line}: not the reason");
            continue;
        }
        let name = words.next().unwrap_or_default();
        let state = words.collect::<Vec<_>>().join(" ");
        let entries = &suites
            .iter()
            .find(|(arch, _)| *arch == cell.arch)
            .unwrap()
            .1;
        let entry = entries.iter().find(|entry| entry.name == name);
        let entry = entry.unwrap_or_else(|| panic!("{line}: no such test"));
        let verdict = cell
            .outcomes(&entry.test(cell.arch).unwrap())
            .verdict(entry);
        let verdict = verdict.map(|(how, state)| format!("{how} {state}"));
        assert_eq!(verdict, Some(format!("{how} {state}")), "{line}");
    }
    assert_eq!(lines.next(), None, "the table has lines too many");
}

/// Finds the smallest test of two processors for each rule, and writes the table:
/// `cargo test --release -p conformance --test rules -- --ignored`. Lines that are there are kept:
/// remove those that no longer hold.
#[test]
#[ignore = "writes the table"]
fn write_the_table() {
    let suites = ARCHS.map(|arch| (arch, tests(arch)));
    let mut table = String::new();
    for cell in cells() {
        let key = line(&cell, "", "");
        let mut known = TABLE
            .lines()
            .filter(|line| line.starts_with(key.trim_end()));
        let line = match (known.next(), no_witness(&cell.rule, cell.arch)) {
            (Some(known), _) => known.to_owned(),
            (None, Some(reason)) => line(&cell, "none", reason),
            (None, None) => {
                let tests = &suites
                    .iter()
                    .find(|(arch, _)| *arch == cell.arch)
                    .unwrap()
                    .1;
                witness(&cell, tests)
            }
        };
        println!("{line}");
        writeln!(table, "{line}").unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/rules.txt");
    std::fs::write(path, table).unwrap();
}

/// Prefers a forbidden outcome to a missing one.
fn witness(cell: &Cell, tests: &[(Entry, Test)]) -> String {
    let small = tests.iter().filter(|(_, test)| test.processors.len() <= 2);
    let mut found = None;
    for (entry, test) in small {
        if let Some((how, state)) = cell.outcomes(test).verdict(entry) {
            let line = line(cell, how, &format!("{} {state}", entry.name));
            if how == "reaches" {
                return line;
            }
            found = found.or(Some(line));
        }
    }
    found.unwrap_or_else(|| line(cell, "MISSING", ""))
}
