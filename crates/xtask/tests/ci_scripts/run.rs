//! `.ci/run`: its last line has the counts, whatever happens. These machines have no apt, so the sample of
//! `ci/real-programs` is skipped.

use crate::machine::{Machine, Outcome, with_cross};

/// The last lines of `cargo xtask test`.
const TESTED: &str = "echo 'skipped: x::y z: no browser' >&2
    echo 'test: 500 passed, 0 failed, 1 skipped in 9.5 s' >&2";

/// The output of `cross test` for a target.
const CROSS: &str = "echo 'test result: ok. 8 passed; 0 failed; 0 ignored; 0 measured'";

/// A machine on which `cargo xtask test` runs `script`; it has `cross`.
fn machine(script: &str, cross: &str) -> Machine {
    with_cross(cross)
        .with("cc", "")
        .with("cargo", &format!("case $* in xtask*) {script} ;; esac"))
}

fn last_line(outcome: &Outcome) -> &str {
    outcome.stdout.lines().last().unwrap_or_default()
}

#[test]
fn everything_is_counted() {
    let outcome = machine(TESTED, CROSS).run("../.ci/run", &[]);
    outcome.succeeds();
    assert_eq!(last_line(&outcome), "532 passed, 0 failed, 2 skipped");
    assert!(
        outcome
            .stdout
            .ends_with("\nskipped: x::y z: no browser\n532 passed, 0 failed, 2 skipped\n"),
        "{outcome:?}"
    );
}

#[test]
fn a_failing_test_is_counted_and_fails_it() {
    let failing = "echo 'test: 499 passed, 2 failed, 0 skipped in 9.5 s'; exit 100";
    let outcome = machine(failing, CROSS).run("../.ci/run", &[]);
    assert_eq!(outcome.code, Some(100), "{outcome:?}");
    assert_eq!(last_line(&outcome), "531 passed, 2 failed, 1 skipped");
}

#[test]
fn a_failing_target_fails_it() {
    let cross = "echo 'test result: FAILED. 7 passed; 1 failed; 0 ignored'; exit 101";
    let outcome = machine(TESTED, cross).run("../.ci/run", &[]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(last_line(&outcome), "528 passed, 4 failed, 2 skipped");
}

#[test]
fn a_run_without_tests_fails() {
    let outcome = machine("", "").docker("exit 1").run("../.ci/run", &[]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(last_line(&outcome), "0 passed, 0 failed, 5 skipped");
    assert!(outcome.stdout.contains("no test was run"), "{outcome:?}");
}

#[test]
fn without_an_engine_each_cross_run_is_skipped() {
    let outcome = machine(TESTED, CROSS)
        .docker("echo 'Cannot connect to the Docker daemon' >&2; exit 1")
        .run("../.ci/run", &[]);
    outcome.succeeds();
    assert_eq!(last_line(&outcome), "500 passed, 0 failed, 6 skipped");
    let said = "skipped: all tests under cross for riscv64gc-unknown-linux-gnu: no docker engine answers\n";
    assert!(outcome.stdout.contains(said), "{outcome:?}");
}
