//! Errors before a program runs: each has a message of one line and its own exit code.
//!
//! A shell script stands in for QEMU where a stock QEMU cannot be made to fail.

use crate::stand_in::{PLUGIN_HELP, nearly_all, qemu};
use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;
use std::fs;
use std::path::Path;

use crate::support::{check, folder, header_only, hollow_home, overtake, overtake_at_home, script};
use arch::Arch;
use overtake::exit_code::ExitCode;

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

fn no_events() {
    check("no_events", overtake().args(["run", "--events", "0"]), &[]);
    check(
        "no_events_in_matrix",
        overtake().args(["matrix", "--events", "0"]),
        &[],
    );
}

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

fn program_missing() {
    check(
        "program_missing",
        overtake().args(["run", "--", "/no/such/program"]),
        &[],
    );
}

fn program_is_a_folder() {
    check(
        "program_is_a_folder",
        overtake().args(["run", "--", "/"]),
        &[],
    );
}

fn other_target() {
    let folder = folder();
    let program = folder.path().join("program");
    fs::write(&program, header_only(Arch::Riscv64)).unwrap();
    check(
        "other_target",
        overtake()
            .args(["run", "--target", "ppc64le", "--"])
            .arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

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

fn unsupported_machine() {
    let folder = folder();
    let program = folder.path().join("program");
    let mut header = header_only(Arch::AArch64);
    header[18] = 43;
    fs::write(&program, header).unwrap();
    check(
        "unsupported_machine",
        overtake().args(["run", "--"]).arg(&program),
        &[(folder.path(), "[FOLDER]")],
    );
}

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

fn plugin_option_refused() {
    check(
        "plugin_option_refused",
        overtake_at_home().args(["run", "--plugin-option", "no-such=option"]),
        &[],
    );
}

fn scenario_missing() {
    let home = hollow_home();
    check(
        "scenario_missing",
        overtake().args(["run", "--home"]).arg(home.path()),
        &[(home.path(), "[HOME]")],
    );
}

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

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(usage),
        test!(unknown_target),
        test!(unknown_variant),
        test!(no_events),
        test!(too_few_slots),
        test!(program_missing),
        test!(program_is_a_folder),
        test!(other_target),
        test!(not_a_program),
        test!(unsupported_machine),
        test!(qemu_missing),
        test!(qemu_not_where_named).needs(Need::Unemulated),
        test!(qemu_without_plugins),
        test!(qemu_too_new_or_old),
        test!(plugin_missing),
        test!(plugin_option_refused),
        test!(scenario_missing),
        test!(plugin_not_loaded),
        test!(no_temporary_folder),
        test!(every_code_is_shown),
    ]
}
