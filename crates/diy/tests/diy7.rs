//! Every test of `crates/axioms/data/herd` that diy7 made from a cycle, against the one made here.

use std::fs;
use std::path::Path;

use diy::{Arch, Cycle, cycle_from_name};
use serde_json::Value;

/// The tests of an architecture: their names, and what is known of them.
fn tests(arch: Arch) -> serde_json::Map<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../axioms/data/herd");
    let file = folder.join(format!("{}.json", arch.herd_name()));
    let text = fs::read_to_string(file).expect("the tests of the architecture");
    serde_json::from_str(&text).expect("one JSON object")
}

/// The hash of the program and the condition, without white space: FNV-1a, 64 bits.
fn program(text: &str) -> String {
    let start = text.find('{').expect("a program");
    let bytes = text[start..].split_whitespace().flat_map(str::bytes);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[test]
fn the_tests_are_those_of_diy7() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for arch in Arch::ALL {
        for (name, theirs) in tests(arch) {
            let Some(line) = theirs["cycle"].as_str() else {
                continue;
            };
            compared += 1;
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
            if theirs["program"] != program(&test.to_string()) {
                wrong.push(format!(
                    "{arch} {name}: diy7 has another program than\n{test}"
                ));
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
    assert_eq!(compared, 480);
}
