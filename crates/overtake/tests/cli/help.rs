//! The help texts.

use crate::support::test::Test;
use crate::support::{check, overtake};
use crate::test;

fn help() {
    check("help", overtake().arg("--help"), &[]);
    for command in [
        "run",
        "replay",
        "explain",
        "audit",
        "matrix",
        "report",
        "merge",
        "litmus",
        "generate",
        "conformance",
        "doctor",
        "exit-codes",
    ] {
        check(
            &format!("help_{command}"),
            overtake().args([command, "--help"]),
            &[],
        );
    }
}

fn nothing_asked() {
    check("nothing_asked", &mut overtake(), &[]);
}

fn version() {
    overtake()
        .arg("--version")
        .assert()
        .success()
        .stdout(predicates::str::starts_with("overtake 0."));
}

fn exit_codes() {
    check("exit_codes", overtake().arg("exit-codes"), &[]);
    let markdown = overtake()
        .args(["exit-codes", "--format", "markdown"])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(markdown.stdout).unwrap(),
        overtake::exit_code::markdown()
    );
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(help),
        test!(nothing_asked),
        test!(version),
        test!(exit_codes),
    ]
}
