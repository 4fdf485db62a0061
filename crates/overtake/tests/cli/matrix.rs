//! `overtake matrix`.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::support::{check, check_counts, overtake, overtake_at_home};
use crate::test;
use serde_json::Value;

/// The JSON of a small matrix.
fn rows(options: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = overtake_at_home()
        .args([
            "matrix", "--format", "json", "--seeds", "2", "--events", "500",
        ])
        .args(options)
        .output()
        .unwrap();
    let rows = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output.status.code(), rows)
}

fn json_has_exactly_these_keys() {
    let (status, rows) = rows(&["--targets", "aarch64,x86_64"]);
    assert_eq!(status, Some(0));
    // Targets, variants, emulations.
    assert_eq!(rows.len(), 2 * 7 * 2);
    for row in &rows {
        let object = row.as_object().unwrap();
        let mut keys: Vec<_> = object.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            [
                "emulation",
                "events",
                "exposed_seeds",
                "first_seed",
                "from_seed",
                "guest",
                "plugin",
                "seeds",
                "slots",
                "stale_events",
                "strategy",
                "target",
                "variant",
                "version"
            ]
        );
        assert_eq!(row["seeds"], 2);
        assert_eq!(row["events"], 500);
        let sound = ["release", "wmb"].contains(&row["variant"].as_str().unwrap());
        let never = sound || row["target"] == "x86_64" || row["emulation"] == "plain";
        let exposed = row["exposed_seeds"].as_u64().unwrap();
        let stale = row["stale_events"].as_u64().unwrap();
        assert_eq!(exposed == 0, never, "{row}");
        assert!(stale >= exposed, "{row}");
        assert_eq!(row["first_seed"].is_null(), never, "{row}");
        assert_eq!(
            row["plugin"].is_null(),
            row["emulation"] == "plain",
            "{row}"
        );
        assert_eq!(row["from_seed"], 1);
        assert!(!row["target"].is_null() && !row["emulation"].is_null());
    }
}

fn jobs_make_no_difference() {
    let options = [
        "--variants",
        "relaxed-tail",
        "--emulations",
        "weak",
        "--jobs",
    ];
    let one = rows(&[&options[..], &["1"]].concat());
    let many = rows(&[&options[..], &["7"]].concat());
    assert_eq!(one, many);
}

/// A bad place for the result is refused before the first run.
fn a_result_that_cannot_be_written() {
    for (name, file) in [("folder_missing", "no/such/folder/x"), ("folder", "/")] {
        check(
            &format!("matrix_output_{name}"),
            overtake().args(["matrix", "--output", file]),
            &[],
        );
    }
}

fn table() {
    check_counts(
        "matrix_table",
        overtake_at_home()
            .args([
                "matrix",
                "--seeds",
                "2",
                "--events",
                "500",
                "--first-seed",
                "11",
            ])
            .args([
                "--targets",
                "ppc64le,x86_64",
                "--variants",
                "wmb,relaxed-tail",
            ]),
        &[],
    );
}

/// One event is too few for a race: what must be exposed is not, and the exit code says so.
fn missing_exposure() {
    check(
        "matrix_missing_exposure",
        overtake_at_home()
            .args(["matrix", "--seeds", "1", "--events", "1", "--slots", "1000"])
            .args(["--first-seed", "3"])
            .args([
                "--targets",
                "aarch64",
                "--variants",
                "barrier-only",
                "--emulations",
                "weak",
            ]),
        &[],
    );
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(json_has_exactly_these_keys),
        test!(jobs_make_no_difference),
        test!(a_result_that_cannot_be_written),
        test!(table).needs(Need::Qemu7).or("by_exit_code"),
        test!(missing_exposure) // Another QEMU has other addresses, and so other seeds that show nothing.
            .needs(Need::Qemu7),
    ]
}
