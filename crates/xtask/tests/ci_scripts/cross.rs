//! `ci/cross` and `ci/cross-test`.

use crate::machine::{Machine, with_cross};

#[test]
fn cross_without_rustup() {
    Machine::new()
        .with("cargo", "")
        .run("cross", &["test"])
        .fails(69, &["no `rustup` on PATH", "ci/docker"]);
}

/// cross 0.2.5 mistakes `NAME (active, default)` for the name of the toolchain.
#[test]
fn a_rustup_that_cross_misreads() {
    let machine = with_cross("rustup toolchain list; rustup target list; echo $CARGO_TARGET_DIR");
    let outcome = machine.run("cross", &["test"]);
    outcome.succeeds();
    let folder = machine.path("target/cross");
    let expected = format!(
        "1.95.0-x86_64-unknown-linux-gnu\nrustup target list\n{}\n",
        folder.display()
    );
    assert_eq!(outcome.stdout, expected);
    assert!(!machine.calls().contains("cargo install"));
}

#[test]
fn another_version_of_cross() {
    let machine = with_cross("").with("cross-util", "echo cross 0.1.16");
    machine.run("cross", &["test"]).succeeds();
    let calls = machine.calls();
    assert!(
        calls.contains("cargo install cross --version 0.2.5 --locked"),
        "{calls}"
    );
}

#[test]
fn tests_under_cross_are_counted() {
    let line = "test result: ok. 8 passed; 0 failed; 1 ignored; 0 measured";
    let ignored = "test a::b ... ignored, it takes too long";
    let machine = with_cross(&format!(
        "echo '{ignored}'; echo 'test c   ... ignored (no browser)'; \
         echo '{line}'; echo '{line}'"
    ));
    let outcome = machine.run("cross-test", &["--all"]);
    outcome.succeeds();
    for said in [
        "riscv64gc-unknown-linux-gnu: 16 passed, 0 failed, 2 skipped, ",
        "skipped: riscv64gc-unknown-linux-gnu: a::b: it takes too long\n",
        "skipped: x86_64-unknown-linux-gnu: c: no browser\n",
        "4 targets: 64 passed, 0 failed, 8 skipped\n",
    ] {
        assert!(outcome.stderr.contains(said), "{outcome:?}");
    }
}

#[test]
fn the_packages_depend_on_the_options() {
    let line = "test result: ok. 8 passed; 0 failed; 0 ignored; 0 measured";
    let machine = with_cross(&format!("echo $*; echo '{line}'"));
    let arguments = |options: &[&str]| {
        let outcome = machine.run("cross-test", options);
        outcome.succeeds();
        outcome.stdout
    };
    let some = arguments(&["x86_64-unknown-linux-gnu"]);
    assert!(some.contains("--package=cross-tests"), "{some}");
    assert!(!some.contains("--package=weakmem"), "{some}");
    let all = arguments(&["--all", "x86_64-unknown-linux-gnu"]);
    assert!(all.contains("--package=weakmem"), "{all}");
    assert!(!all.contains("--package=xtask"), "{all}");
}

#[test]
fn too_many_skipped_tests_fail_a_target() {
    let line = "test result: ok. 8 passed; 0 failed; 99 ignored; 0 measured";
    let machine = with_cross(&format!("echo '{line}'"));
    machine
        .run("cross-test", &["x86_64-unknown-linux-gnu"])
        .fails(
            1,
            &[
                "99 tests were skipped",
                "ci/most-skipped",
                "failed: x86_64-unknown-linux-gnu",
            ],
        );
}

#[test]
fn a_target_that_fails_or_has_no_tests_fails_the_script() {
    let line = "test result: FAILED. 7 passed; 1 failed; 0 ignored";
    let machine = with_cross(&format!(
        "case $* in *riscv*) echo '{line}'; exit 101 ;; esac"
    ));
    let triples = ["riscv64gc-unknown-linux-gnu", "x86_64-unknown-linux-gnu"];
    machine.run("cross-test", &triples).fails(
        1,
        &[
            "2 targets: 7 passed, 1 failed, 0 skipped",
            "failed: riscv64gc-unknown-linux-gnu x86_64-unknown-linux-gnu",
        ],
    );
}
