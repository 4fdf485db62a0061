//! Prints the file of the suite for an architecture, with further tests judged and added.
//!
//! `cargo run -p axioms --example suite -- PPC < names > PPC.json`: names of tests or cycles, one a
//! line. Each test is judged again. Where herd7's verdict (`data/herd`) is the same, it is the source.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use axioms::{Entry, Model, Outcomes, Verdicts, outcomes, suite};
use diy::{Arch, Test, by_hand, cycle_from_name};
use serde_json::json;

/// The source of a verdict: herd7 if it says the same.
fn source(herd7: &serde_json::Value, name: &str, outcomes: &Outcomes) -> &'static str {
    let is_same = [
        ("sequentially_consistent", Model::SequentiallyConsistent),
        ("without_load_reordering", Model::StoresDelayedOnly),
        ("without_load_buffering", Model::WithoutLoadBuffering),
        ("allowed", Model::Allowed),
    ]
    .into_iter()
    .all(|(field, model)| herd7[name][field] == json!(outcomes.of(model)));
    if is_same { "herd7 7.58" } else { "axioms" }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arch = std::env::args()
        .nth(1)
        .and_then(|name| Arch::from_herd_name(&name))
        .ok_or("which architecture? AArch64, PPC, RISCV or X86_64")?;
    let file = format!("data/herd/{}.json", arch.herd_name());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let herd7: serde_json::Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for mut entry in suite(arch)? {
        let outcomes = outcomes(&entry.test(arch)?)?;
        entry.states = Verdicts::from(&outcomes);
        entry.source = source(&herd7, &entry.name, &outcomes).to_owned();
        entries.insert(entry.name.clone(), entry);
    }
    let mut names = String::new();
    std::io::stdin().read_to_string(&mut names)?;
    for name in names.lines().filter(|line| !line.is_empty()) {
        let cycle = cycle_from_name(name, arch)?;
        let family = cycle.family().map_or("other", |family| family.name);
        let shape = if family.starts_with("Co") {
            "Co"
        } else {
            family
        };
        add(&mut entries, &herd7, &cycle.test()?, shape)?;
    }
    for test in by_hand(arch)? {
        let shape = test.name.split('-').next().unwrap_or_default().to_owned();
        add(&mut entries, &herd7, &test, &shape)?;
    }
    let lines = entries.values().map(serde_json::to_string);
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    writeln!(std::io::stdout(), "[\n{}\n]", lines.join(",\n"))?;
    Ok(())
}

/// Adds a test unless it is there.
fn add(
    entries: &mut BTreeMap<String, Entry>,
    herd7: &serde_json::Value,
    test: &Test,
    shape: &str,
) -> Result<(), Box<dyn Error>> {
    if !entries.contains_key(&test.name) {
        let outcomes = outcomes(test)?;
        let entry = Entry {
            name: test.name.clone(),
            cycle: test.cycle.clone(),
            shape: shape.to_owned(),
            source: source(herd7, &test.name, &outcomes).to_owned(),
            states: Verdicts::from(&outcomes),
        };
        entries.insert(test.name.clone(), entry);
    }
    Ok(())
}
