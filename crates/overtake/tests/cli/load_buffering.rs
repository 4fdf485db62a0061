//! Stores that become visible before earlier loads of their thread are done.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;

use std::fs;
use std::process::Output;

use arch::Arch;

use crate::support::{folder, overtake_at_home, targets};

/// The ring with early stores.
fn run(target: Arch, seed: u64, options: &[&str]) -> Output {
    let mut run = overtake_at_home();
    run.args([
        "run",
        "--variant",
        "relaxed-head",
        "--events",
        "500",
        "--target",
        target.name(),
    ])
    .args(["--seed", &seed.to_string()])
    .args(options);
    let output = run.output().expect("it starts");
    // 1: it has read a stale event.
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{target}, seed {seed}: {output:?}"
    );
    output
}

fn weak() -> impl Iterator<Item = Arch> {
    targets().into_iter().filter(|it| *it != Arch::X86_64)
}

fn a_replay_makes_the_same_stores_early() {
    let folder = folder();
    let file = folder.path().join("a.schedule");
    let path = file.to_str().expect("a path");
    for target in weak() {
        for seed in 1..=4 {
            let recorded = run(target, seed, &["--record", path]);
            let schedule = fs::read_to_string(&file).expect("recorded");
            assert!(
                schedule.contains("\nearly "),
                "{target}, seed {seed}: no store was early"
            );
            let replay = overtake_at_home().arg("replay").arg(&file).output();
            let replay = replay.expect("it starts");
            assert_eq!(recorded.stdout, replay.stdout, "{target}, seed {seed}");
        }
    }
}

fn a_seed_makes_the_same_stores_early() {
    for target in weak() {
        let runs = [(); 2].map(|()| run(target, 3, &["--trace-hash"]));
        let [one, other] = runs.map(|it| String::from_utf8_lossy(&it.stderr).into_owned());
        assert!(one.contains("trace hash"), "{one}");
        assert!(one.contains(" before an earlier load; "), "{one}");
        assert!(!one.contains(", 0 stores before"), "{one}");
        assert_eq!(one, other, "{target}");
    }
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(a_replay_makes_the_same_stores_early).needs(Need::WeakTarget),
        test!(a_seed_makes_the_same_stores_early).needs(Need::WeakTarget),
    ]
}
