//! Prints the file of the suite for an architecture, with further tests judged and added.
//!
//! `cargo run -p axioms --example suite -- PPC < names > PPC.json`: names of tests or cycles, one a
//! line. Entries whose verdicts are not this crate's stay as they are.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Read as _, Write as _};

use axioms::{Entry, Verdicts, outcomes, suite};
use diy::{Arch, Test, by_hand, cycle_from_name};

const AXIOMS: &str = "axioms";

fn main() -> Result<(), Box<dyn Error>> {
    let arch = std::env::args()
        .nth(1)
        .and_then(|name| Arch::from_herd_name(&name))
        .ok_or("which architecture? AArch64, PPC, RISCV or X86_64")?;
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for mut entry in suite(arch)? {
        if entry.source == AXIOMS {
            entry.states = Verdicts::from(&outcomes(&entry.test(arch)?)?);
        }
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
        add(&mut entries, &cycle.test()?, shape)?;
    }
    for test in by_hand(arch)? {
        let shape = test.name.split('-').next().unwrap_or_default().to_owned();
        add(&mut entries, &test, &shape)?;
    }
    let lines = entries.values().map(serde_json::to_string);
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    writeln!(std::io::stdout(), "[\n{}\n]", lines.join(",\n"))?;
    Ok(())
}

/// Adds a test unless it is there.
fn add(
    entries: &mut BTreeMap<String, Entry>,
    test: &Test,
    shape: &str,
) -> Result<(), Box<dyn Error>> {
    if !entries.contains_key(&test.name) {
        let entry = Entry {
            name: test.name.clone(),
            cycle: test.cycle.clone(),
            shape: shape.to_owned(),
            source: AXIOMS.to_owned(),
            states: Verdicts::from(&outcomes(test)?),
        };
        entries.insert(test.name.clone(), entry);
    }
    Ok(())
}
