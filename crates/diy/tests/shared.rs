//! Every test of a folder of litmus tests that diy7 made from a cycle, against the one made here.
//!
//! `cargo test -p diy --test shared -- --ignored`; the folder is `OVERTAKE_LITMUS`, or
//! `/work/shared/litmus`.

use std::fs;
use std::path::PathBuf;

use diy::{Arch, Cycle, cycle_from_name};

fn folder() -> PathBuf {
    let named = std::env::var_os("OVERTAKE_LITMUS");
    named.map_or_else(|| PathBuf::from("/work/shared/litmus"), PathBuf::from)
}

/// The program and the condition, without spaces.
fn body(text: &str) -> String {
    let start = text.find('{').unwrap_or(0);
    text[start..].split_whitespace().collect()
}

#[test]
#[ignore = "needs litmus tests that are not part of this repository"]
fn the_tests_are_those_of_diy7() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for arch in Arch::ALL {
        let mut files: Vec<PathBuf> = fs::read_dir(folder().join(arch.herd_name()))
            .expect("the folder of the architecture")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).expect("a test");
            let line = text.lines().find_map(|line| line.strip_prefix("Orig="));
            let Some(line) = line else { continue };
            compared += 1;
            let name = file
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let cycle = match Cycle::parse(arch, line) {
                Ok(cycle) => cycle,
                Err(error) => {
                    wrong.push(format!("{arch} {name}: {error}"));
                    continue;
                }
            };
            let test = cycle.test_named(&name).expect("a test");
            if cycle.to_string() != line {
                wrong.push(format!("{arch} {name}: {cycle} instead of {line}"));
            }
            if body(&test.to_string()) != body(&text) {
                wrong.push(format!("{arch} {name}:\n{text}---\n{test}"));
            }
            if cycle.name() != name {
                wrong.push(format!("{arch} {name}: named {}", cycle.name()));
            }
            match cycle_from_name(&name, arch) {
                Ok(again) if again == cycle => {}
                Ok(again) => wrong.push(format!("{arch} {name}: {again} instead of {cycle}")),
                Err(error) => wrong.push(format!("{arch} {name}: {error}")),
            }
        }
    }
    // Two names of those tests are not the generator's own: `MP+po+po-CoRR` and `SB+rfi-pos`.
    wrong.retain(|line| !line.contains("CoRR: named MP+po+po-pos"));
    wrong.retain(|line| !line.contains("SB+rfi-pos: "));
    assert!(
        wrong.is_empty(),
        "{} of {compared}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(compared > 0, "no test in {}", folder().display());
    println!("{compared} tests are the same");
}
