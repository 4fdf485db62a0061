//! Everything that can be wrong: each a message of one line and an exit code of its own.
//!
//! What a stock QEMU cannot be brought to do is done by a shell script in its place.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::{
    check, folder, header_only, hollow_home, hollow_plugins, overtake, overtake_at_home, script,
};
use overtake::exit_code::ExitCode;
use overtake::target::Target;
use tempfile::TempDir;

/// A folder with an aarch64 program and a home with a plugin, neither of which is of any use; for
/// errors that are met before.
fn nearly_all() -> (TempDir, [std::path::PathBuf; 2]) {
    let folder = folder();
    let program = folder.path().join("program");
    fs::write(&program, header_only(Target::Aarch64)).unwrap();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    hollow_plugins(&home);
    (folder, [program, home])
}

#[test]
fn usage() {
    check("usage", overtake().args(["run", "--no-such-option"]), &[]);
    check(
        "usage_nothing",
        overtake().arg("matrix").args(["--seeds", "0"]),
        &[],
    );
    check(
        "usage_both_program_and_ring",
        overtake().args(["run", "--events", "5", "--", "program"]),
        &[],
    );
}

#[test]
fn unknown_target() {
    check(
        "unknown_target",
        overtake().args(["run", "--target", "aarch65"]),
        &[],
    );
    check(
        "unknown_target_in_matrix",
        overtake().args(["matrix", "--targets", "aarch64,sparc64"]),
        &[],
    );
}

#[test]
fn unknown_variant() {
    check(
        "unknown_variant",
        overtake().args(["run", "--variant", "relaxed"]),
        &[],
    );
    check(
        "unknown_variant_in_matrix",
        overtake().args(["matrix", "--variants", "wmb,mb"]),
        &[],
    );
}

#[test]
fn no_events() {
    check("no_events", overtake().args(["run", "--events", "0"]), &[]);
    check(
        "no_events_in_matrix",
        overtake().args(["matrix", "--events", "0"]),
        &[],
    );
}

#[test]
fn too_few_slots() {
    check(
        "too_few_slots",
        overtake().args(["run", "--slots", "1"]),
        &[],
    );
    check(
        "too_few_slots_in_matrix",
        overtake().args(["matrix", "--slots", "1"]),
        &[],
    );
}

#[test]
fn program_missing() {
    check(
        "program_missing",
        overtake().args(["run", "--", "/no/such/program"]),
        &[],
    );
}

#[test]
fn program_is_a_folder() {
    check(
        "program_is_a_folder",
        overtake().args(["run", "--", "/"]),
        &[],
    );
}

#[test]
fn other_target() {
    let folder = folder();
    let program = folder.path().join("program");
    fs::write(&program, header_only(Target::Riscv64)).unwrap();
    check(
        "other_target",
        overtake()
            .args(["run", "--target", "ppc64le", "--"])
            .arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

#[test]
fn not_a_program() {
    let folder = folder();
    let program = folder.path().join("program");
    script(&program, "exit 0");
    check(
        "not_a_program",
        overtake().args(["run", "--"]).arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

#[test]
fn unsupported_machine() {
    let folder = folder();
    let program = folder.path().join("program");
    let mut header = header_only(Target::Aarch64);
    header[18] = 43;
    fs::write(&program, header).unwrap();
    check(
        "unsupported_machine",
        overtake().args(["run", "--"]).arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

#[test]
fn qemu_missing() {
    let (folder, [program, home]) = nearly_all();
    check(
        "qemu_missing",
        overtake()
            .env("PATH", folder.path())
            .env("OVERTAKE_HOME", &home)
            .args(["run", "--"])
            .arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "plain QEMU does not tell its guest that a program could not be started"
)]
fn qemu_not_where_named() {
    let (folder, [program, home]) = nearly_all();
    check(
        "qemu_not_where_named",
        overtake()
            .env("OVERTAKE_QEMU_AARCH64", "/no/such/qemu-aarch64")
            .env("OVERTAKE_HOME", &home)
            .args(["run", "--"])
            .arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

/// A QEMU that tells this version, and knows no plugins but by the given line of help.
fn qemu(folder: &Path, version: &str, help: &str) {
    script(
        &folder.join("qemu-aarch64"),
        &format!(
            "case $1 in\n\
             --version) echo 'qemu-aarch64 version {version}' ;;\n\
             --help) echo '-cpu model    select CPU'; echo '{help}' ;;\n\
             esac"
        ),
    );
}

const PLUGIN_HELP: &str = "-plugin    QEMU_PLUGIN    [file=]<file>[,<argname>=<argvalue>]";

#[test]
fn qemu_without_plugins() {
    let (folder, [program, home]) = nearly_all();
    qemu(folder.path(), "7.2.22 (Debian 1:7.2+dfsg-7)", "");
    check(
        "qemu_without_plugins",
        overtake()
            .env("OVERTAKE_QEMU_AARCH64", folder.path().join("qemu-aarch64"))
            .env("OVERTAKE_HOME", &home)
            .args(["run", "--"])
            .arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

#[test]
fn qemu_too_new_or_old() {
    let (folder, [program, home]) = nearly_all();
    for (version, name) in [("11.0.0", "qemu_too_new"), ("5.2.0", "qemu_too_old")] {
        qemu(folder.path(), version, PLUGIN_HELP);
        check(
            name,
            overtake()
                .env("OVERTAKE_HOME", &home)
                .args(["run", "--qemu"])
                .arg(folder.path().join("qemu-aarch64"))
                .arg("--")
                .arg(&program),
            &[(folder.path(), "[FOLDER]")],
        );
    }
}

#[test]
fn plugin_missing() {
    let (_folder, [program, _]) = nearly_all();
    let home = folder();
    check(
        "plugin_missing",
        overtake()
            .args(["run", "--home"])
            .arg(home.path())
            .arg("--")
            .arg(&program),
        &[(home.path(), "[HOME]")],
    );
}

#[test]
fn plugin_option_refused() {
    check(
        "plugin_option_refused",
        overtake_at_home().args(["run", "--plugin-option", "no-such=option"]),
        &[],
    );
}

#[test]
fn scenario_missing() {
    let home = hollow_home();
    check(
        "scenario_missing",
        overtake().args(["run", "--home"]).arg(home.path()),
        &[(home.path(), "[HOME]")],
    );
}

#[test]
fn plugin_not_loaded() {
    let (folder, [program, home]) = nearly_all();
    check(
        "plugin_not_loaded",
        overtake()
            .env("OVERTAKE_HOME", &home)
            .args(["run", "--"])
            .arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

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
        "overtaken_by_load":0,"stale_loads":0,"hand_offs":0,"unsettled_choices":0}},
        "trace_hash":null}}"#,
        version = overtake_report::VERSION,
    )
}

#[test]
fn plugin_refuses_qemu() {
    let end = r#"{"kind":"refused","message":"system emulation is not supported"}"#;
    reported("plugin_refuses_qemu", &report(end));
}

#[test]
fn report_unreadable() {
    reported("report_unreadable", "{");
    reported("report_of_another_version", r#"{"version":1000000}"#);
}

#[test]
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

#[test]
fn budget_exhausted() {
    check(
        "budget_exhausted",
        overtake_at_home().args(["run", "--seed", "3", "--budget", "1000"]),
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

#[test]
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

#[test]
fn check_failed() {
    let end = r#"{"kind":"check-failed","message":"0x1000: expected 01, found 02"}"#;
    reported("check_failed", &report(end));
}

#[test]
fn check_of_guest() {
    let end = r#"{"kind":"marked","message":"a stale event"}"#;
    reported("check_of_guest", &report(end));
}

#[test]
fn plugin_internal() {
    let end = r#"{"kind":"internal","message":"the token has no holder"}"#;
    reported("plugin_internal", &report(end));
}

#[test]
fn no_temporary_folder() {
    let (folder, [program, home]) = nearly_all();
    check(
        "no_temporary_folder",
        overtake()
            .env("OVERTAKE_HOME", &home)
            .env("TMPDIR", "/no/such/folder")
            .args(["run", "--"])
            .arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

/// Every exit code of the table, but those of a success and of verdicts, is in a snapshot.
#[test]
fn every_code_is_shown() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let shown: String = fs::read_dir(&folder)
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let verdicts = [ExitCode::Success, ExitCode::Forbidden, ExitCode::NotExposed];
    for code in ExitCode::ALL {
        let line = format!("\nexit code {}\n", code.code());
        assert!(
            verdicts.contains(code) || shown.contains(&line),
            "no snapshot shows {code:?}"
        );
    }
}
