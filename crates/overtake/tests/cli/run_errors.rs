//! Errors while a program runs: each has a message of one line and its own exit code.

use std::fs;
use std::time::Duration;

use crate::stand_in::{PLUGIN_HELP, nearly_all};
use crate::support::test::Test;
use crate::support::{check, folder, overtake, overtake_at_home, script};
use crate::test;

/// Runs a QEMU that writes `report` where the plugin would.
fn reported(name: &str, report: &str) {
    let (folder, [program, home]) = nearly_all();
    let answer = folder.path().join("answer.json");
    fs::write(&answer, report).unwrap();
    script(
        &folder.path().join("qemu-aarch64"),
        &format!(
            "case $1 in\n\
             --version) echo 'qemu-aarch64 version 8.2.2' ;;\n\
             --help) echo '{PLUGIN_HELP}' ;;\n\
             *) for word; do case $word in *,report=*) \
             word=${{word##*,report=}}; cp '{}' \"${{word%%,*}}\" ;; esac; done ;;\n\
             esac",
            answer.display()
        ),
    );
    check(
        name,
        overtake()
            .env("OVERTAKE_HOME", &home)
            .args(["run", "--seed", "7", "--qemu"])
            .arg(folder.path().join("qemu-aarch64"))
            .arg("--")
            .arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

/// A report whose end is this.
fn report(end: &str) -> String {
    format!(
        r#"{{"version":{version},"seed":7,"end":{end},"stats":{{"instructions":0,"threads":1,
        "shared_pages":0,"shared_loads":0,"shared_stores":0,"overtaken_by_store":0,
        "overtaken_by_load":0,"early_stores":0,"stale_loads":0,"hand_offs":0,"children":0,"unsettled_choices":0}},
        "trace_hash":null,"inputs":{{}}}}"#,
        version = overtake_report::VERSION,
    )
}

fn plugin_refuses_qemu() {
    let end = r#"{"kind":"refused","message":"system emulation is not supported"}"#;
    reported("plugin_refuses_qemu", &report(end));
}

fn report_unreadable() {
    reported("report_unreadable", "{");
    reported("report_of_another_version", r#"{"version":1000000}"#);
}

fn guest_failed() {
    // A program that runs, but does not answer as the scenario does.
    let home = folder();
    let guests = home.path().join("guests/x86_64");
    fs::create_dir_all(&guests).unwrap();
    fs::copy("/bin/true", guests.join("aio-ring-race")).unwrap();
    check(
        "guest_failed",
        overtake()
            .args(["matrix", "--targets", "x86_64", "--variants", "wmb"])
            .args(["--emulations", "plain", "--home"])
            .arg(home.path()),
        &[(home.path(), "[HOME]")],
    );
}

fn budget_exhausted() {
    check(
        "budget_exhausted",
        overtake_at_home().args(["run", "--quiet", "--seed", "3", "--budget", "1000"]),
        &[],
    );
    check(
        "budget_exhausted_in_matrix",
        overtake_at_home()
            .args(["matrix", "--first-seed", "3", "--budget", "1000"])
            .args([
                "--targets",
                "ppc64le",
                "--variants",
                "wmb",
                "--emulations",
                "weak",
            ]),
        &[],
    );
}

fn timed_out() {
    check(
        "timed_out",
        overtake()
            .args([
                "run",
                "--model",
                "none",
                "--timeout",
                "1",
                "--",
                "/bin/sleep",
                "60",
            ])
            .timeout(Duration::from_secs(30)),
        &[],
    );
}

fn check_failed() {
    let end = r#"{"kind":"check-failed","message":"0x1000: expected 01, found 02"}"#;
    reported("check_failed", &report(end));
}

fn broken_promise() {
    let end = r#"{"kind":"broken-promise","message":"store 7 of thread 1 became visible early: its thread made another store"}"#;
    reported("broken_promise", &report(end));
}

fn check_of_guest() {
    let end = r#"{"kind":"marked","message":"a stale event"}"#;
    reported("check_of_guest", &report(end));
}

fn plugin_internal() {
    let end = r#"{"kind":"internal","message":"the token has no holder"}"#;
    reported("plugin_internal", &report(end));
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(plugin_refuses_qemu),
        test!(report_unreadable),
        test!(guest_failed),
        test!(budget_exhausted),
        test!(timed_out),
        test!(check_failed),
        test!(broken_promise),
        test!(check_of_guest),
        test!(plugin_internal),
    ]
}
