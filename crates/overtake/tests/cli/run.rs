//! `overtake run`: what it passes through, prints and forwards. Mostly with programs of the host under plain QEMU.

use crate::support::test::Test;
use crate::test;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{overtake, overtake_at_home, targets};
use emulator::target::Target as _;
use predicates::prelude::*;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;

/// A shell script under plain QEMU.
fn shell(script: &str) -> assert_cmd::Command {
    let mut command = overtake();
    command.args([
        "run", "--model", "none", "--quiet", "--", "/bin/sh", "-c", script,
    ]);
    command
}

fn input_output_and_status_pass_through() {
    shell("cat; echo problem >&2; exit 7")
        .write_stdin("question")
        .assert()
        .code(7)
        .stdout("question")
        .stderr("problem\n");
    // Numbers that overtake itself uses are no exception.
    shell("exit 71").assert().code(71).stderr("");
}

fn arguments_pass_through() {
    overtake()
        .args(["run", "--model", "none", "-q", "--"])
        .args(["/bin/echo", "--seed", "-q", "a b"])
        .assert()
        .success()
        .stdout("--seed -q a b\n");
}

/// `/proc/self/environ` has what QEMU was given, `env` what the guest was.
fn qemu_variables_are_hidden_from_the_guest() {
    let run = |guest: &[&str]| {
        let mut command = overtake_at_home();
        command.args(["run", "--quiet", "--"]).args(guest);
        let command = command
            .env_remove("G_SLICE")
            .env_remove("MALLOC_ARENA_MAX")
            .env("OF_THE_USER", "passed on");
        String::from_utf8(command.output().expect("it starts").stdout).expect("text")
    };
    for variable in ["G_SLICE=always-malloc", "MALLOC_ARENA_MAX=1"] {
        let qemu = run(&["/bin/cat", "/proc/self/environ"]);
        assert!(qemu.split('\0').any(|it| it == variable), "{qemu}");
        let guest = run(&["/usr/bin/env"]);
        assert!(!guest.contains(variable), "{guest}");
        assert!(guest.contains("OF_THE_USER=passed on"), "{guest}");
    }
}

fn signals_become_statuses() {
    shell("kill -ABRT $$").assert().code(128 + 6);
}

fn options_come_from_variables() {
    overtake()
        .env("OVERTAKE_SEED", "12")
        .env("OVERTAKE_MODEL", "none")
        .args(["run", "--", "/bin/true"])
        .assert()
        .success()
        .stderr(predicate::str::contains("seed 12"));
    overtake()
        .env("OVERTAKE_MODEL", "none")
        .env("OVERTAKE_QUIET", "1")
        .args(["run", "--", "/bin/true"])
        .assert()
        .success()
        .stderr("");
    overtake()
        .env("OVERTAKE_SEED", "twelve")
        .args(["run", "--", "/bin/true"])
        .assert()
        .code(64);
}

fn plain_qemu_tests_nothing_and_says_so() {
    overtake()
        .args(["run", "--model", "none", "--", "/bin/true"])
        .assert()
        .success()
        .stderr(predicate::str::contains("nothing was tested"));
}

fn one_thread_tests_nothing_and_says_so() {
    overtake_at_home()
        .args(["run", "--", "/bin/true"])
        .assert()
        .success()
        .stderr(predicate::str::contains(
            "nothing was tested: 1 thread shared no memory",
        ));
}

fn summary_as_json() {
    let output = overtake_at_home()
        .args([
            "run",
            "--variant",
            "release",
            "--events",
            "20",
            "--format",
            "json",
        ])
        .args([
            "--target",
            "riscv64gc-unknown-linux-gnu",
            "--seed",
            "5",
            "--trace-hash",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let summary: Value = serde_json::from_slice(&output.stderr).expect("one line of JSON");
    assert_eq!(summary["target"], "riscv64");
    assert_eq!(summary["model"], "weak");
    assert_eq!(summary["seed"], 5);
    assert_eq!(summary["exit_status"], 0);
    let tested = &summary["tested"];
    for number in [
        "shared_loads",
        "shared_stores",
        "overtaken_by_store",
        "hand_offs",
    ] {
        assert_ne!(tested[number].as_u64().expect(number), 0, "{number}");
    }
    assert_eq!(
        tested["trace_hash"]
            .as_str()
            .expect("it was asked for")
            .len(),
        16
    );
    assert_eq!(tested["complete"], true);
}

/// Without an option the ring is run as in 2003: on aarch64, with a stale event.
fn defaults() {
    overtake_at_home()
        .arg("run")
        .assert()
        .code(1)
        .stdout(predicate::str::starts_with(
            r#"{"variant":"relaxed-tail","events":2000,"slots":8,"read":2000,"#,
        ))
        .stderr(predicate::str::contains("; aarch64, weak memory, seed 1"));
}

/// A failing run prints the command that shows the same failure.
fn failures_can_be_reproduced() {
    for target in targets()
        .into_iter()
        .filter(|target| target.reorders_stores())
    {
        let first = overtake_at_home()
            .args([
                "run",
                "--target",
                target.name(),
                "--variant",
                "barrier-only",
            ])
            .env("OVERTAKE_SEED", "21")
            .env("OVERTAKE_TRACE_HASH", "1")
            .output()
            .unwrap();
        assert_eq!(first.status.code(), Some(1), "{target}: {first:?}");
        let errors = String::from_utf8(first.stderr.clone()).unwrap();
        let command = errors
            .lines()
            .find_map(|line| line.split_once("reproduce with: "))
            .expect("it says how")
            .1;
        let words = shell_words::split(command).unwrap();
        // The first word is the command itself; under a runner it may not be started as it stands.
        assert!(words[0].ends_with("/overtake"), "{command}");
        let again = overtake_at_home().args(&words[1..]).output().unwrap();
        assert_eq!(again, first, "{target}");
    }
}

/// The command says the strategy where it must.
fn strategies_can_be_reproduced() {
    let failing = |strategy: Option<&str>| {
        let mut command = overtake_at_home();
        command.args(["run", "--budget", "200000"]);
        if let Some(strategy) = strategy {
            command.env("OVERTAKE_STRATEGY", strategy);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(80), "{output:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        let again = errors
            .lines()
            .find(|line| line.contains("reproduce with: "));
        again.expect("it says how").to_owned()
    };
    assert!(failing(Some("pct")).contains(" --strategy pct"));
    assert!(!failing(None).contains("--strategy"));
    overtake()
        .env("OVERTAKE_STRATEGY", "luck")
        .args(["run", "--", "/bin/true"])
        .assert()
        .code(64);
}

/// What ends overtake ends the guest.
fn signals_are_forwarded() {
    use assert_cmd::cargo::CommandCargoExt;

    #[allow(deprecated, reason = "the macro ignores CARGO_TARGET_<TRIPLE>_RUNNER")]
    let mut child = std::process::Command::cargo_bin("overtake")
        .unwrap()
        .args(["run", "--model", "none", "-q", "--"])
        .args(["/bin/sh", "-c", "echo $$; exec sleep 100"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let output = child.stdout.as_mut().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).unwrap();
    let guest = Pid::from_raw(line.trim().parse().expect("its number")).unwrap();

    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(128 + 15));
    let start = Instant::now();
    while test_kill_process(guest).is_ok() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "the guest lives on"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A time limit ends the guest's children too, where they can be told from overtake's own.
fn time_limits_end_children() {
    let start = Instant::now();
    overtake()
        .args(["run", "--model", "none", "--timeout", "1", "--"])
        .args(["/bin/sh", "-c", "sleep 100 & wait"])
        .write_stdin("")
        .assert()
        .code(81);
    // The child held standard output; had it lived, this would have waited for it.
    assert!(start.elapsed() < Duration::from_secs(50));
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(input_output_and_status_pass_through),
        test!(arguments_pass_through),
        test!(qemu_variables_are_hidden_from_the_guest),
        test!(signals_become_statuses),
        test!(options_come_from_variables),
        test!(plain_qemu_tests_nothing_and_says_so),
        test!(one_thread_tests_nothing_and_says_so),
        test!(summary_as_json),
        test!(defaults),
        test!(failures_can_be_reproduced),
        test!(strategies_can_be_reproduced),
        test!(signals_are_forwarded),
        test!(time_limits_end_children),
    ]
}
