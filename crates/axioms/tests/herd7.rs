//! The axioms against herd7's verdicts on every test of `data/herd`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axioms::{Model, outcomes};
use diy::{Arch, Cycle, Test, by_hand};
use serde_json::Value;

/// The tests of an architecture: their names, cycles and verdicts.
fn tests(arch: Arch) -> serde_json::Map<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/herd");
    let file = folder.join(format!("{}.json", arch.herd_name()));
    let text = fs::read_to_string(file).expect("the tests of the architecture");
    serde_json::from_str(&text).expect("one JSON object")
}

const fn field(model: Model) -> &'static str {
    match model {
        Model::SequentiallyConsistent => "sequentially_consistent",
        Model::StoresDelayedOnly => "without_load_reordering",
        Model::WithoutLoadBuffering => "without_load_buffering",
        Model::MultiCopyAtomic | Model::Allowed => "allowed",
    }
}

fn made_here(arch: Arch, name: &str, cycle: Option<&str>) -> Test {
    if let Some(cycle) = cycle {
        let cycle = Cycle::parse(arch, cycle).expect("a cycle");
        return cycle.test_named(name).expect("a test");
    }
    let mut written = by_hand(arch).expect("tests").into_iter();
    let found = written.find(|test| test.name == name);
    found.unwrap_or_else(|| panic!("{arch}: {name} is not made here"))
}

/// What a load reads that herd7's `riscv.cat` and `ppc.cat` allow wrongly: it is torn. The processor's own
/// store to some of its bytes is before another one's word in coherence order, and the load takes these
/// bytes from the store and the others from the word. The models order the parts of an access on their own.
const TORN: [(&str, u64); 6] = [
    ("Mix-CoWR.w0b0h0", 0x0102),
    ("Mix-CoWR.w0b0w0", 0x0101_0102),
    ("Mix-CoWR.w0b3h2", 0x0201),
    ("Mix-CoWR.w0b3w0", 0x0201_0101),
    ("Mix-CoWR.w0h0w0", 0x0101_0202),
    ("Mix-CoWR.w0h2w0", 0x0202_0101),
];

/// The torn state of a test, in which the word is what remains.
fn torn(arch: Arch, name: &str, model: Model) -> Option<String> {
    let register = match arch {
        Arch::Riscv64 => "x7",
        Arch::Ppc64le => "r3",
        _ => return None,
    };
    let (_, value) = TORN.iter().find(|(torn, _)| *torn == name)?;
    (model >= Model::MultiCopyAtomic).then(|| format!("0:{register}={value}; x={}", 0x0101_0101))
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
fn the_axioms_agree_with_herd7() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for arch in Arch::ALL {
        for (name, verdict) in &tests(arch) {
            let test = made_here(arch, name, verdict["cycle"].as_str());
            let outcomes = outcomes(&test).expect("outcomes");
            compared += 1;
            // There are no verdicts of herd7's for Power that is multi-copy atomic.
            let all = arch != Arch::Ppc64le;
            let models = Model::ALL.into_iter();
            for model in models.filter(|model| all || *model != Model::MultiCopyAtomic) {
                let states = verdict[field(model)].as_array().expect("states").iter();
                let mut theirs: BTreeSet<String> = states
                    .map(|state| state.as_str().expect("a state").to_owned())
                    .collect();
                let unsound = unsound(name, model);
                assert!(unsound.is_none_or(|state| theirs.remove(state)), "{name}");
                let torn = torn(arch, name, model);
                assert!(torn.is_none_or(|state| theirs.remove(&state)), "{name}");
                if *outcomes.of(model) != theirs {
                    let ours = outcomes.of(model);
                    wrong.push(format!(
                        "{arch} {name} {model:?}: herd7 alone {:?}, axioms alone {:?}",
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
    assert_eq!(compared, 1855);
}
