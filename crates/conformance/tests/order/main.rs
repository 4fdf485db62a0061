//! Every two neighbouring calls of a step have a test that fails when the two are exchanged, or a
//! reason why none can.
//!
//! `tests/snapshots/order.txt` has a line for each two calls and architecture, as `rules.txt` has
//! for each rule. `reaches` names a test and an outcome that the axioms forbid, and that is reached
//! with the calls exchanged. `misses` names one that they allow, and that is then not reached.
//! `none` says why the order of the two makes no difference. [`write_the_table`] makes it anew.

mod extra;
mod reasons;

use axioms::{Model, suite};
use conformance::{Mutation, Swap, mutated_outcomes, outcomes};
use diy::{Arch, Test};
use extra::has;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use weakmem::Rules;

const TABLE: &str = include_str!("../snapshots/order.txt");

/// Two calls of an architecture, exchanged.
#[derive(Clone, Copy)]
struct Cell {
    swap: Swap,
    arch: Arch,
}

/// A test, and the outcomes that its architecture allows.
struct Judged {
    test: Test,
    allowed: BTreeSet<String>,
}

impl Cell {
    fn all() -> Vec<Cell> {
        let of = |swap: Swap| Arch::ALL.map(|arch| Cell { swap, arch });
        let cells = Swap::all().into_iter().flat_map(of);
        cells
            .filter(|cell| reasons::has(cell.arch, cell.swap.sort))
            .collect()
    }

    /// The start of its line.
    fn name(&self) -> String {
        let Swap {
            sort,
            first,
            second,
        } = self.swap;
        let name = format!("{sort:?}: {first:?}, {second:?}");
        format!("{name:<42}{:<9}", self.arch.herd_name())
    }

    /// The rest of its line, if the test tells that the calls are exchanged.
    fn verdict(&self, Judged { test, allowed }: &Judged) -> Option<String> {
        let rules = Rules::of(self.arch);
        let wrong = mutated_outcomes(test, rules, Mutation::Swapped(self.swap));
        let name = &test.name;
        if let Some(state) = wrong.difference(allowed).next() {
            assert!(
                !outcomes(test, rules).contains(state),
                "{name} reaches {state} as it is"
            );
            return Some(format!("reaches  {name} {state}"));
        }
        let right = outcomes(test, rules);
        let missing = right.difference(&wrong).next()?;
        Some(format!("misses   {name} {missing}"))
    }
}

/// The tests for an architecture, the smallest first.
fn tests(arch: Arch) -> Vec<Judged> {
    let of_suite = suite(arch).unwrap().into_iter().map(|entry| {
        let states = entry.states.of(Model::Allowed);
        Judged {
            test: entry.test(arch).unwrap(),
            allowed: states.iter().map(|state| (*state).to_owned()).collect(),
        }
    });
    let extra = extra::tests(arch).into_iter().map(|extra| Judged {
        test: extra.test,
        allowed: extra.allowed,
    });
    let mut tests: Vec<Judged> = of_suite.chain(extra).collect();
    tests.sort_by_cached_key(|judged| {
        let processors = judged.test.processors.iter();
        let steps: usize = processors.map(|one| one.steps.len()).sum();
        (steps, judged.test.name.clone())
    });
    tests
}

/// Without the exchange, the additional tests reach what the axioms allow, and nothing else.
#[test]
fn the_additional_tests_are_exact() {
    for arch in Arch::ALL {
        for extra in extra::tests(arch) {
            let found = outcomes(&extra.test, Rules::of(arch));
            assert_eq!(found, extra.allowed, "{arch}:\n{}", extra.test);
        }
    }
}

/// Each line of the table holds: its test tells that the calls are exchanged. Where there is none,
/// the smallest tests do not tell; [`write_the_table`] asks all.
#[test]
fn each_exchange_has_a_test_that_fails() {
    const SMALLEST: usize = 20;
    let suites = Arch::ALL.map(|arch| (arch, tests(arch)));
    let mut lines = TABLE.lines();
    for cell in Cell::all() {
        let line = lines.next().unwrap_or_default();
        let rest = line.strip_prefix(&cell.name()).unwrap_or_else(|| {
            panic!("{line}: is not {:?}; make the table anew", cell.name());
        });
        let (_, tests) = suites.iter().find(|(arch, _)| *arch == cell.arch).unwrap();
        if let Some(reason) = rest.strip_prefix("none     ") {
            let known = reasons::reason(&cell.swap, cell.arch);
            assert_eq!(known, Some(reason), "{line}: not the reason");
            let concerned = tests.iter().filter(|it| has(&it.test, cell.swap.sort));
            for judged in concerned.take(SMALLEST) {
                assert_eq!(cell.verdict(judged), None, "{line}: {}", judged.test.name);
            }
            continue;
        }
        let name = rest.split_whitespace().nth(1).unwrap_or_default();
        let judged = tests.iter().find(|judged| judged.test.name == name);
        let judged = judged.unwrap_or_else(|| panic!("{line}: no such test"));
        assert_eq!(cell.verdict(judged).as_deref(), Some(rest), "{line}");
    }
    assert_eq!(lines.next(), None, "the table has lines too many");
}

/// Finds the smallest test for every two calls, asks all tests where there is none, and writes the
/// table: `cargo test --release -p conformance --test order -- --ignored`.
#[test]
#[ignore = "writes the table"]
fn write_the_table() {
    let suites = Arch::ALL.map(|arch| (arch, tests(arch)));
    let mut table = String::new();
    let mut wrong = Vec::new();
    for cell in Cell::all() {
        let (_, tests) = suites.iter().find(|(arch, _)| *arch == cell.arch).unwrap();
        let mut found = None;
        for judged in tests.iter().filter(|it| has(&it.test, cell.swap.sort)) {
            let Some(verdict) = cell.verdict(judged) else {
                continue;
            };
            // A forbidden outcome says more than a missing one.
            let forbidden = verdict.starts_with("reaches");
            if forbidden || found.is_none() {
                found = Some(verdict);
            }
            if forbidden {
                break;
            }
        }
        let reason = reasons::reason(&cell.swap, cell.arch);
        let rest = match (found, reason) {
            (Some(verdict), None) => verdict,
            (None, Some(reason)) => format!("none     {reason}"),
            (found, reason) => {
                wrong.push(format!("{}{found:?}, {reason:?}", cell.name()));
                continue;
            }
        };
        println!("{}{rest}", cell.name());
        writeln!(table, "{}{rest}", cell.name()).unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/order.txt");
    std::fs::write(path, table).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
