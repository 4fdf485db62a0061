//! Prints the file of herd7's verdicts for an architecture, with the handwritten tests that it lacks judged
//! and added.
//!
//! `cargo run -p axioms --example herd7 -- "$(ci/herd7)" RISCV > RISCV.json`. A test that herd7
//! cannot read is named on standard error and left out.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use diy::{Arch, Test, by_hand};
use serde_json::json;

/// Fields of the verdicts, and the models that they come from.
fn models(arch: Arch) -> [(&'static str, String); 4] {
    let own = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/herd/models");
        folder.join(name).display().to_string()
    };
    let (arch, name) = (arch.herd_name(), arch.herd_name().to_lowercase());
    [
        ("allowed", format!("{name}.cat")),
        (
            "sequentially_consistent",
            own("sequentially-consistent.cat"),
        ),
        (
            "without_load_buffering",
            own(&format!("{arch}-no-load-buffering.cat")),
        ),
        (
            "without_load_reordering",
            own(&format!("{arch}-stores-delayed.cat")),
        ),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let herd7 = args.next().ok_or("where is herd7? `ci/herd7` prints it")?;
    let arch = args.next().and_then(|name| Arch::from_herd_name(&name));
    let arch = arch.ok_or("which architecture? AArch64, PPC or RISCV")?;
    let file = format!("data/herd/{}.json", arch.herd_name());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let mut lines = BTreeMap::new();
    for line in fs::read_to_string(file)?.lines() {
        if let Some((name, _)) = line.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
            lines.insert(name.to_owned(), line.trim_end_matches(',').to_owned());
        }
    }
    let tests = by_hand(arch)?.into_iter();
    let tests: Vec<Test> = tests
        .filter(|test| !lines.contains_key(&test.name))
        .collect();
    let folder = std::env::temp_dir().join(format!("herd7-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let mut verdicts: BTreeMap<String, BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
    let (mixed, whole): (Vec<Test>, Vec<Test>) = tests.iter().cloned().partition(is_mixed);
    for (field, model) in models(arch) {
        for (tests, options) in [
            (&whole, &[][..]),
            (&mixed, &["-variant", "mixed", "-endian", "little"]),
        ] {
            for (test, states) in judge(&herd7, &model, options, tests, &folder)? {
                verdicts
                    .entry(test.to_owned())
                    .or_default()
                    .insert(field, states);
            }
        }
    }
    fs::remove_dir_all(&folder)?;
    for test in &tests {
        match verdicts.get(&test.name) {
            Some(found) if found.len() == 4 => {
                let line = format!("{}: {}", json!(test.name), json!(found));
                lines.insert(test.name.clone(), line);
            }
            _ => writeln!(std::io::stderr(), "no verdict: {}", test.name)?,
        }
    }
    let lines: Vec<String> = lines.into_values().collect();
    writeln!(std::io::stdout(), "{{\n{}\n}}", lines.join(",\n"))?;
    Ok(())
}

/// A test's name and the final states that a model allows.
type Verdict<'a> = (&'a str, BTreeSet<String>);

/// The final states that a model allows, for each test that herd7 can read.
fn judge<'a>(
    herd7: &str,
    model: &str,
    options: &[&str],
    tests: &'a [Test],
    folder: &Path,
) -> Result<Vec<Verdict<'a>>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for (number, test) in tests.iter().enumerate() {
        let file = folder.join(format!("{number}.litmus"));
        // Names with `=` and the like are not of the format: the number stands for it.
        let text = test.to_string();
        let body = text.split_once('\n').map_or("", |(_, body)| body);
        fs::write(
            &file,
            format!("{} T{number}\n{body}", test.arch.herd_name()),
        )?;
        files.push(file);
    }
    let output = Command::new(herd7)
        .args(["-model", model])
        .args(options)
        .args(&files)
        .output()?;
    let mut found = Vec::new();
    let mut current: Option<&Test> = None;
    let mut states = BTreeSet::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        if let Some(rest) = line.strip_prefix("Test T") {
            let number = rest.split(' ').next().unwrap_or_default();
            current = tests.get(number.parse::<usize>()?);
        } else if line.starts_with("Witnesses") {
            if let Some(test) = current.take() {
                found.push((test.name.as_str(), std::mem::take(&mut states)));
            }
        } else if let (Some(test), true) = (current, line.contains('=') && line.ends_with(';')) {
            states.insert(state(test, line));
        }
    }
    Ok(found)
}

/// Whether accesses of different sizes meet in the test.
fn is_mixed(test: &Test) -> bool {
    test.name.starts_with("Mix-")
}

/// A state as herd7 prints it, in the form of [`Test::state`].
fn state(test: &Test, line: &str) -> String {
    let values: BTreeMap<&str, &str> = line
        .split(';')
        .filter_map(|one| one.trim().split_once('='))
        .map(|(name, value)| (name.trim_matches(['[', ']']), value))
        .collect();
    test.state(|observable| {
        let name = test.observable_name(observable);
        let value = values.get(name.as_str()).copied().unwrap_or("0");
        value.parse::<i64>().unwrap_or_default().cast_unsigned()
    })
}
