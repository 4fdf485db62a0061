//! What is said of programs that others wrote: how they ended, what is missing, how to run them again.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::process::Stdio;
use std::time::Duration;

use arch::Arch;
use assert_cmd::Command;
use emulator::emulation::Emulation;
use emulator::error::Error;
use emulator::forkserver::ForkServer;
use emulator::guest_path::Placed;
use emulator::home::Home;
use emulator::interrupts::Interrupts;
use emulator::model::Model;
use emulator::plugin_options::PluginOptions;
use emulator::qemu::Qemu;
use rustix::pty::{OpenptFlags, openpt, ptsname, unlockpt};

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
        // The length of the folder's path.
        _ => match (line.split_once(" have "), line.split_once(" bytes: ")) {
            (Some((before, _)), Some((_, after))) => format!("{before} have … bytes: {after}\n"),
            _ => format!("{line}\n"),
        },
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

/// Without the addresses of code.
fn without_addresses(said: &str) -> String {
    let lines = said.lines().map(|line| match line.split_once(" at 0x") {
        Some((before, rest)) => {
            let rest = rest.trim_start_matches(|it: char| it.is_ascii_hexdigit());
            format!("{before} at [ADDRESS]{rest}\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// Two threads that spin.
fn the_budget_is_used_up() {
    let mut command = run(&["endings", "livelock"]);
    command.env("OVERTAKE_BUDGET", "200000");
    let said = without_addresses(&said(&mut command));
    // Either thread may be on any line of its loop.
    let lines = said.lines().map(|line| match line.split_once(".rs:") {
        Some((before, _)) => format!("{before}.rs:[LINE])\n"),
        None => format!("{line}\n"),
    });
    let shown: String = lines.collect();
    check_text("message_budget", &shown, &[(&home(), "[HOME]")]);
}

/// The time limit is reached by threads that wait for each other, by an only thread that waits or spins.
fn the_time_is_used_up() {
    let modes = ["deadlock", "wait-alone", "spin-alone"].map(|mode| {
        let mut command = run(&["endings", mode]);
        let said = said(command.env("OVERTAKE_TIMEOUT", "1"));
        without_addresses(&said)
    });
    let shown = modes.join("\n");
    check_text("message_timeout", &shown, &[(&home(), "[HOME]")]);
}

/// A copy that a fork server has made is asked too.
fn the_time_of_one_seed_of_many_is_used_up() {
    let qemu = Qemu::find(Arch::AArch64, None).expect("it is there");
    let qemu = qemu.with_plugin(&Home::find(Some(&home()))).expect("built");
    let emulation = Emulation {
        model: Model::Weak,
        seed: 1,
        cpu: None,
        options: PluginOptions::default(),
        limit: Some(Duration::from_secs(1)),
    };
    let guest = home().join("guests/aarch64/endings");
    let prepare = |command: &mut std::process::Command| {
        command.arg(&guest).arg("deadlock");
        Ok(Placed::default())
    };
    let interrupts = Interrupts::catch().expect("signals can be caught");
    let server = ForkServer::start(&emulation, &qemu, prepare, interrupts).expect("it starts");
    let mut server = server.expect("the guest can be copied");
    let run = server.run(3, interrupts).expect("it runs");
    let Err(Error::TimedOut {
        last: Some(last), ..
    }) = run.outcome
    else {
        panic!("{run:?}")
    };
    let calls = last.1.threads.iter().map(|it| it.call.as_deref());
    assert_eq!(calls.collect::<Vec<_>>(), [Some("futex"); 3]);
    assert_eq!(last.0.stats.threads, 3);
}

/// What `overtake` says to a terminal.
fn said_to_a_terminal(command: &mut std::process::Command) -> String {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    let master = openpt(flags).expect("there are terminals");
    unlockpt(&master).expect("it is new");
    let name = ptsname(&master, Vec::new()).expect("it has a name");
    let name = name.into_string().expect("UTF-8");
    let terminal = fs::File::options().write(true).open(name);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(terminal.expect("it can be opened"))
        .spawn()
        .expect("it starts");
    // The command has the other ends of the terminal.
    command.stderr(Stdio::null());
    let mut said = Vec::new();
    // It ends with an error: nobody has the other end any more.
    let _ = fs::File::from(master).read_to_end(&mut said);
    child.wait().expect("it was started");
    String::from_utf8_lossy(&said).into_owned()
}

/// At a terminal only.
fn a_long_run_says_that_it_lives() {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("overtake"));
    command
        .args(["run", "--timeout", "2", "--"])
        .arg(home().join("guests/aarch64/endings"))
        .arg("wait-alone")
        .envs([("NO_COLOR", "1"), ("OVERTAKE_TEST_STILL_RUNS", "0")])
        .env("OVERTAKE_HOME", home());
    let lives = |said: &str| -> BTreeSet<String> {
        let lines = said.lines().map(|line| format!("{}\n", line.trim_end()));
        lines.filter(|line| line.contains("still runs")).collect()
    };
    let shown: String = lives(&said_to_a_terminal(&mut command))
        .into_iter()
        .collect();
    check_text("message_lives", &shown, &[]);
    let to_a_file = command.stderr(Stdio::piped()).output().expect("it starts");
    let said = String::from_utf8_lossy(&to_a_file.stderr).into_owned();
    assert!(said.contains("did not end within 2 s"), "{said}");
    assert_eq!(lives(&said), BTreeSet::new());
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
        test!(the_time_is_used_up).needs(Need::Target(Arch::AArch64)),
        test!(the_time_of_one_seed_of_many_is_used_up).needs(Need::Target(Arch::AArch64)),
        test!(a_long_run_says_that_it_lives)
            .needs(Need::Target(Arch::AArch64))
            .needs(Need::Host),
        test!(the_loader_is_missing).needs(Need::Target(Arch::AArch64)),
        test!(reproduced_with_what_the_run_had).needs(Need::Target(Arch::AArch64)),
    ]
}
