//! `overtake replay`: repeats recorded runs, and refuses schedules that do not fit the program.
//!
//! `OVERTAKE_TEST_SEEDS=50` sets the number of failing runs for each target; the default is 3.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;
use std::fs;
use std::path::Path;

use crate::support::{check, folder, home, overtake_at_home, targets};
use arch::Arch;
use assert_cmd::Command;
use predicates::prelude::*;

/// A run that fails: the ring where it can, Dekker's on x86.
fn failing(command: &mut Command, target: Arch) {
    if target == Arch::X86_64 {
        let guest = home().join("guests/x86_64/dekker");
        command.arg("--").arg(guest).args(["--rounds", "50"]);
    } else {
        command.args(["--target", target.name(), "--variant", "relaxed-tail"]);
        command.args(["--events", "200"]);
    }
}

fn record(target: Arch, seed: u64, file: &Path) -> (Option<i32>, Vec<u8>) {
    let mut command = overtake_at_home();
    command
        .args(["run", "--seed", &seed.to_string(), "--record"])
        .arg(file);
    failing(&mut command, target);
    let output = command.output().expect("it starts");
    (output.status.code(), output.stdout)
}

fn recorded_failures_fail_again_in_the_same_way(target: Arch) {
    let seeds = std::env::var("OVERTAKE_TEST_SEEDS");
    let seeds: u64 = seeds.map_or(3, |it| it.parse().expect("OVERTAKE_TEST_SEEDS is a number"));
    let folder = folder();
    for seed in 1..=seeds {
        let file = folder.path().join(format!("{target}-{seed}"));
        let recorded = record(target, seed, &file);
        assert_eq!(recorded.0, Some(1), "{target}, seed {seed}");
        let output = overtake_at_home().arg("replay").arg(&file).output();
        let output = output.expect("it starts");
        assert_eq!(
            (output.status.code(), output.stdout),
            recorded,
            "{target}, seed {seed}"
        );
    }
}

fn a_seed_is_enough(target: Arch) {
    let replay = |seed: &str| {
        let mut command = overtake_at_home();
        command.args(["replay", seed]);
        failing(&mut command, target);
        command.output().expect("it starts").stdout
    };
    let mut command = overtake_at_home();
    command.args(["run", "--seed", "5"]);
    failing(&mut command, target);
    assert_eq!(command.output().expect("it starts").stdout, replay("5"));
}

fn invalid_schedules_are_refused() {
    let folder = folder();
    let folders = [(folder.path(), "[FOLDER]")];
    let file = folder.path().join("a.schedule");
    record(targets()[0], 1, &file);
    let good = fs::read_to_string(&file).expect("written");
    let (half, _) = good.split_at(good.len() / 2);
    let newer = good.replacen("overtake schedule 3", "overtake schedule 4", 1);
    let damaged = good.replacen("seed 1", "seed 2", 1);
    for (name, text) in [
        ("cut_off", half),
        ("newer", &newer),
        ("damaged", &damaged),
        ("something_else", "{}\n"),
    ] {
        fs::write(&file, text).expect("writable");
        let name = format!("replay_{name}");
        check(&name, overtake_at_home().arg("replay").arg(&file), &folders);
    }
    let missing = folder.path().join("missing");
    check(
        "replay_missing",
        overtake_at_home().arg("replay").arg(missing),
        &folders,
    );
}

/// A schedule fits one build of a program.
fn another_program_is_refused() {
    let folder = folder();
    let file = folder.path().join("a.schedule");
    let target = targets()[0];
    record(target, 1, &file);
    let other = home().join("guests").join(target.name()).join("aba");
    overtake_at_home()
        .arg("replay")
        .arg(&file)
        .arg("--")
        .arg(other)
        .assert()
        .code(94)
        .stderr(predicate::str::contains(
            "it was recorded from another build of the program",
        ));
}

/// Nothing is written where the file cannot be, and that is said before the run.
fn a_recording_that_cannot_be_written() {
    let target = targets()[0];
    let mut command = overtake_at_home();
    command.args(["run", "--record", "/no/such/folder/x"]);
    failing(&mut command, target);
    command.assert().code(85).stdout("");
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    let of_each_target = [
        (
            concat!(
                module_path!(),
                "::recorded_failures_fail_again_in_the_same_way"
            ),
            recorded_failures_fail_again_in_the_same_way as fn(Arch),
        ),
        (
            concat!(module_path!(), "::a_seed_is_enough"),
            a_seed_is_enough as fn(Arch),
        ),
    ];
    let mut tests = Vec::new();
    for (name, run) in of_each_target {
        for target in targets() {
            let test = Test::new(&format!("{name}::{target}"), move || run(target));
            tests.push(test.needs(Need::Repeats(target)));
        }
    }
    tests.extend([
        test!(invalid_schedules_are_refused),
        test!(another_program_is_refused),
        test!(a_recording_that_cannot_be_written),
    ]);
    tests
}
