//! Dependencies through every kind of instruction, as litmus tests written for them.
//!
//! All are MP: the writer keeps its two stores in order, and the reader's second load depends on
//! its first one (by the name of the test: through flags, a division, a vector register, a spilled
//! byte …) or not. `litmus/forbidden`: the architecture's dependency, acquire or fence keeps the
//! loads in order. `litmus/allowed`: nothing orders them, and the stale value is seen.

use crate::support::test::Test;
use crate::test;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::support::overtake_at_home;

/// Name of the test, and whether the stale value was seen.
fn stale(folder: &str, tests: usize) -> BTreeMap<String, bool> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/litmus")
        .join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    files.sort();
    assert!(files.len() >= tests, "only {} tests", files.len());
    let output = overtake_at_home()
        .args([
            "litmus",
            "--seeds",
            "2",
            "--iterations",
            "500",
            "--format",
            "json",
        ])
        .args(&files)
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let results: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let results = results.as_array().expect("an array");
    assert_eq!(results.len(), files.len(), "{said}");
    results
        .iter()
        .map(|test| {
            let name = test["name"].as_str().expect("a name").to_owned();
            (name, test["condition_seen"].as_bool().expect("seen or not"))
        })
        .collect()
}

fn a_dependency_keeps_loads_in_order() {
    let mut seen = stale("forbidden", 50);
    seen.retain(|_, stale| *stale);
    assert!(seen.is_empty(), "forbidden, and seen: {seen:?}");
}

fn independent_loads_are_reordered() {
    let mut unseen = stale("allowed", 10);
    unseen.retain(|_, stale| !*stale);
    assert!(unseen.is_empty(), "allowed, and not seen: {unseen:?}");
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(a_dependency_keeps_loads_in_order),
        test!(independent_loads_are_reordered),
    ]
}
