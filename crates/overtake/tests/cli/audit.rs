//! `overtake audit`: finds exactly the orderings that are needed.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;

use crate::support::{check, overtake_at_home, targets};
use arch::Arch;
use emulator::target::Target as _;
use predicates::prelude::*;
use serde_json::Value;

/// The verdict on each ordering of the ring's own, by the function it stands in.
fn audit(target: Arch) -> Vec<(String, String)> {
    let output = overtake_at_home()
        .args(["audit", "--target", target.name(), "--seeds", "2"])
        .args(["--events", "60", "--format", "json"])
        .output()
        .expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{target}: {errors}");
    let audit: Value = serde_json::from_slice(&output.stdout).expect("one object");
    let orderings = audit["orderings"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut verdicts: Vec<_> = orderings
        .iter()
        .map(|it| {
            let function = text(&it["place"]["function"]);
            let name = function.rsplit("::").next().unwrap_or_default().to_owned();
            (name, text(&it["verdict"]["verdict"]))
        })
        .filter(|(function, _)| function.starts_with("store_") || function.starts_with("load_"))
        .collect();
    verdicts.sort();
    verdicts
}

fn the_sound_ring() {
    for target in targets() {
        let found = audit(target);
        let found: Vec<_> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        // What keeps loads before stores could show only with load buffering. On Power the load of the
        // head is kept before later stores by the branch; its `isync` orders loads, of which there are none.
        let head = if target == Arch::Ppc64le {
            "no-failure"
        } else {
            "not-modelled"
        };
        let expected = [
            ("load_head", head),
            ("load_tail", "needed"),
            ("store_head", "not-modelled"),
            ("store_tail", "needed"),
        ];
        // Plain loads and stores on x86: no ordering to ignore.
        let expected: &[_] = if target == Arch::X86_64 {
            &[]
        } else {
            &expected
        };
        assert_eq!(found, expected, "{target}");
    }
}

/// The host's own programs are x86_64's.
fn a_program_that_never_succeeds() {
    check(
        "audit_fails_already",
        overtake_at_home().args(["audit", "--", "/bin/sh", "-c", "exit 3"]),
        &[],
    );
}

fn a_program_that_fails_anyway() {
    let weak = targets()
        .into_iter()
        .find(|target| target.reorders_stores());
    let target = weak.expect("it is needed");
    overtake_at_home()
        .args([
            "audit",
            "--target",
            target.name(),
            "--variant",
            "relaxed-tail",
            "--events",
            "100",
        ])
        .assert()
        .code(12)
        .stdout("")
        .stderr(predicate::str::contains(
            "the program fails with all its orderings",
        ));
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(the_sound_ring).needs(Need::Time),
        test!(a_program_that_never_succeeds),
        test!(a_program_that_fails_anyway).needs(Need::WeakTarget),
    ]
}
