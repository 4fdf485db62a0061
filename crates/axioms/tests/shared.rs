//! The judge against herd7's verdicts on every test of a folder that was made from a cycle.
//!
//! `cargo test -p axioms --test shared -- --ignored`; the folder is `OVERTAKE_LITMUS`, or
//! `/work/shared/litmus`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use axioms::{Model, outcomes};
use diy::{Arch, Cycle, Test, by_hand};
use serde_json::Value;

fn folder() -> PathBuf {
    let named = std::env::var_os("OVERTAKE_LITMUS");
    named.map_or_else(|| PathBuf::from("/work/shared/litmus"), PathBuf::from)
}

const fn field(model: Model) -> &'static str {
    match model {
        Model::SequentiallyConsistent => "sequentially_consistent",
        Model::StoresDelayedOnly => "without_load_reordering",
        Model::WithoutLoadBuffering => "without_load_buffering",
        Model::Allowed => "allowed",
    }
}

fn made_here(arch: Arch, name: &str, text: &str) -> Option<Test> {
    let line = text.lines().find_map(|line| line.strip_prefix("Orig="));
    if let Some(line) = line {
        let cycle = Cycle::parse(arch, line).expect("a cycle");
        return Some(cycle.test_named(name).expect("a test"));
    }
    let mut written = by_hand(arch).expect("tests").into_iter();
    written.find(|test| test.name == name)
}

/// States that herd7's `sc.cat` and `x86tso.cat` allow and no machine can show: an exchange that
/// read a write and still is before it in coherence order. Neither model orders the read of an
/// exchange before its write.
fn unsound(name: &str, model: Model) -> Option<&'static str> {
    match name {
        "R+mfence+poana" | "R+po+poana" | "R+sfence+poana" => Some("1:rax=1; 1:rbx=1; y=1"),
        "RMW-swp-vs-str" if model == Model::SequentiallyConsistent => Some("0:X3=2; x=2"),
        _ => None,
    }
}

#[test]
#[ignore = "needs verdicts that are not part of this repository"]
fn the_judge_agrees_with_herd7() {
    let mut compared = 0;
    let (mut wrong, mut skipped) = (Vec::new(), Vec::new());
    for arch in Arch::ALL {
        let json = fs::read_to_string(folder().join(format!("{}.json", arch.herd_name())))
            .expect("verdicts");
        let verdicts: Value = serde_json::from_str(&json).expect("JSON");
        for (name, verdict) in verdicts.as_object().expect("an object") {
            let file = folder()
                .join(arch.herd_name())
                .join(format!("{name}.litmus"));
            let text = fs::read_to_string(file).expect("a test");
            let Some(test) = made_here(arch, name, &text) else {
                skipped.push(name.clone());
                continue;
            };
            let outcomes = outcomes(&test).expect("a judgement");
            compared += 1;
            for model in Model::ALL {
                let states = verdict[field(model)].as_array().expect("states").iter();
                let mut theirs: BTreeSet<String> = states
                    .map(|state| state.as_str().expect("a state").to_owned())
                    .collect();
                let unsound = unsound(name, model);
                assert!(unsound.is_none_or(|state| theirs.remove(state)), "{name}");
                if *outcomes.of(model) != theirs {
                    let ours = outcomes.of(model);
                    wrong.push(format!(
                        "{arch} {name} {model:?}: herd7 alone {:?}, judge alone {:?}",
                        theirs.difference(ours).collect::<Vec<_>>(),
                        ours.difference(&theirs).collect::<Vec<_>>(),
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {compared} tests:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(compared > 0, "no test in {}", folder().display());
    println!(
        "{compared} tests: the judge and herd7 agree on all four sets; not made here: {skipped:?}"
    );
}
