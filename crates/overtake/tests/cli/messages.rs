//! What is said of programs that others wrote: how they ended, what is missing, how to run them again.

use std::fs;

use arch::Arch;
use assert_cmd::Command;

use crate::support::need::Need;
use crate::support::test::Test;
use crate::support::{check, check_text, folder, header_only, home, overtake_at_home};
use crate::test;

/// A run of one of overtake's guests.
fn run(guest: &[&str]) -> Command {
    let mut command = overtake_at_home();
    let program = home().join("guests/aarch64").join(guest[0]);
    command.args(["run", "--"]).arg(program).args(&guest[1..]);
    command
}

/// What `overtake` says on standard error, without the counts of what was tested.
fn said(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    let lines = errors.lines().filter(|line| line.starts_with("overtake: "));
    let without_counts = |line: &str| match line.split_once("; ") {
        Some((_, rest)) if line.starts_with("overtake: tested ") => {
            format!("overtake: tested …; {rest}\n")
        }
        _ => format!("{line}\n"),
    };
    lines.map(without_counts).collect()
}

fn aborted() {
    let said = said(&mut run(&["endings", "abort"]));
    check_text("message_aborted", &said, &[(&home(), "[HOME]")]);
}

fn a_signal_in_json() {
    let mut command = run(&["endings", "abort"]);
    let output = command.env("OVERTAKE_FORMAT", "json").output();
    let output = output.expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = errors.lines().last().expect("a line");
    let summary: serde_json::Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(
        (&summary["signal"], &summary["exit_status"]),
        (&6.into(), &134.into())
    );
}

fn children_are_counted() {
    let said = said(&mut run(&["process", "spawn"]));
    check_text("message_children", &said, &[(&home(), "[HOME]")]);
}

/// Two threads that wait for each other, and one in a system call.
fn the_budget_is_used_up() {
    let mut command = run(&["endings", "livelock"]);
    command.env("OVERTAKE_BUDGET", "200000");
    let said = said(&mut command);
    let lines = said.lines().map(|line| match line.split_once(" at 0x") {
        Some((before, _)) => format!("{before} at [ADDRESS]\n"),
        None => format!("{line}\n"),
    });
    let shown: String = lines.collect();
    check_text("message_budget", &shown, &[(&home(), "[HOME]")]);
}

/// A program whose dynamic loader is `/lib/no-such-loader.so.1`.
fn with_loader(target: Arch) -> Vec<u8> {
    const LOADER: &[u8] = b"/lib/no-such-loader.so.1\0";
    const PT_INTERP: u32 = 3;
    let mut bytes = header_only(target);
    // The header's size, and where the one program header is.
    bytes[32] = 64;
    bytes[52] = 64;
    (bytes[54], bytes[56]) = (56, 1);
    let name = (64 + 56_u64).to_le_bytes();
    let length = (LOADER.len() as u64).to_le_bytes();
    bytes.extend(PT_INTERP.to_le_bytes());
    bytes.extend([0; 4]);
    for field in [name, [0; 8], [0; 8], length, length, [0; 8]] {
        bytes.extend(field);
    }
    bytes.extend(LOADER);
    bytes
}

fn the_loader_is_missing() {
    let folder = folder();
    let program = folder.path().join("program");
    fs::write(&program, with_loader(Arch::AArch64)).expect("writable");
    let run = |root: &str| {
        let mut command = overtake_at_home();
        command.arg("run").arg("--sysroot");
        command
            .arg(folder.path().join(root))
            .arg("--")
            .arg(&program);
        command
    };
    let shown = [(folder.path(), "[FOLDER]")];
    check("message_loader_missing", &mut run("root"), &shown);
    // With the loader in the sysroot, QEMU itself refuses the hollow program.
    fs::create_dir_all(folder.path().join("root/lib")).expect("writable");
    fs::write(folder.path().join("root/lib/no-such-loader.so.1"), "").expect("writable");
    let output = run("root").output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("needs the dynamic loader"), "{errors}");
}

/// The variable that QEMU knows, and the folder in which cargo runs a test.
fn reproduced_with_what_the_run_had() {
    let folder = folder();
    let mut command = run(&["endings", "abort"]);
    command
        .env("QEMU_LD_PREFIX", "/some/root")
        .env("OVERTAKE_SEED", "5")
        .env("PWD", "/")
        .current_dir(folder.path());
    let said = said(&mut command);
    let here = folder.path().canonicalize().expect("it is there");
    let shown = [(&*home(), "[HOME]"), (&*here, "[FOLDER]")];
    check_text("message_reproduce", &said, &shown);
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(aborted).needs(Need::Target(Arch::AArch64)),
        test!(a_signal_in_json).needs(Need::Target(Arch::AArch64)),
        test!(children_are_counted).needs(Need::Target(Arch::AArch64)),
        test!(the_budget_is_used_up).needs(Need::Target(Arch::AArch64)),
        test!(the_loader_is_missing).needs(Need::Target(Arch::AArch64)),
        test!(reproduced_with_what_the_run_had).needs(Need::Target(Arch::AArch64)),
    ]
}
