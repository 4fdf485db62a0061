//! The guest's process is the guest's: a program sees of it what it sees under plain QEMU.
//!
//! Each test runs one mode of the guest `process` on every target: under plain QEMU, alone, recorded, in check
//! mode, and in a fork server. It compares the exit status, the output, and the files that the guest leaves.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use arch::Arch;
use emulator::captured::Captured;
use emulator::emulation::Emulation;
use emulator::forkserver::ForkServer;
use emulator::guest_path::Placed;
use emulator::home::Home;
use emulator::interrupts::Interrupts;
use emulator::model::Model;
use emulator::plugin_options::PluginOptions;
use emulator::qemu::Qemu;
use emulator::target::Target as _;

use crate::support::need::Need;
use crate::support::test::Test;
use crate::support::{folder, home, overtake, overtake_at_home, targets};

/// What a run leaves.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: Option<i32>,
    output: String,
    errors: String,
    files: BTreeMap<String, Vec<u8>>,
}

impl Seen {
    fn new(output: &Output, files: &Path) -> Self {
        Self {
            status: output.status.code(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
            files: contents(files),
        }
    }
}

/// The files in a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("it is there");
    let file = |entry: io::Result<fs::DirEntry>| {
        let entry = entry.expect("readable");
        let bytes = fs::read(entry.path()).unwrap_or_default();
        (entry.file_name().to_string_lossy().into_owned(), bytes)
    };
    entries.map(file).collect()
}

fn guest(target: Arch) -> std::path::PathBuf {
    home().join("guests").join(target.name()).join("process")
}

fn qemu(target: Arch) -> Qemu {
    Qemu::find(target, None).expect("QEMU is installed")
}

/// Under QEMU alone: neither the plugin nor `overtake` has a part in it.
fn plain(target: Arch, mode: &str) -> Seen {
    let files = folder();
    let output = qemu(target)
        .command(target.cpu())
        .arg(guest(target))
        .arg(mode)
        .current_dir(&files)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    Seen::new(&output, files.path())
}

fn under_overtake(target: Arch, mode: &str, options: &[&str]) -> Seen {
    let files = folder();
    let output = overtake_at_home()
        .args(["run", "--quiet", "--timeout", "120"])
        .args(options)
        .arg("--")
        .arg(guest(target))
        .arg(mode)
        .current_dir(&files)
        .output()
        .expect("it starts");
    Seen::new(&output, files.path())
}

/// In a fork server, with two seeds. Alone, where a copy is impossible.
fn forked(target: Arch, mode: &str) -> Vec<Seen> {
    let files = folder();
    let qemu = qemu(target)
        .with_plugin(&Home::find(Some(&home())))
        .expect("the home has the plugin");
    let interrupts = Interrupts::catch().expect("signals can be caught");
    let mut emulation = Emulation {
        model: Model::Weak,
        seed: 1,
        cpu: None,
        options: PluginOptions::default(),
        limit: Some(Duration::from_secs(120)),
    };
    let prepare = |command: &mut Command| {
        command.arg(guest(target)).arg(mode).current_dir(&files);
        Ok(Placed::default())
    };
    let mut server = ForkServer::start(&emulation, &qemu, prepare, interrupts).expect("it starts");
    let mut run = |seed| {
        emulation.seed = seed;
        let captured = match &mut server {
            Some(server) => server.run(seed, interrupts),
            None => Captured::run(&emulation, &qemu, prepare, interrupts),
        };
        let captured = captured.expect("it runs");
        let outcome = captured.outcome.expect("the plugin reports no error");
        Seen {
            status: outcome.status.code(),
            output: captured.output,
            errors: captured.errors,
            files: contents(files.path()),
        }
    };
    vec![run(1), run(2)]
}

/// How a guest is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forks {
    Too,
    /// The guest can write no file, not even its output.
    Not,
}

#[track_caller]
fn as_under_plain_qemu(mode: &str, forks: Forks) {
    let schedules = folder();
    let schedule = schedules.path().join("schedule");
    let record = ["--record", schedule.to_str().expect("UTF-8")];
    for target in targets() {
        let expected = plain(target, mode);
        let good = expected.status == Some(0) && expected.errors.is_empty();
        assert!(good, "{target}: {expected:?}");
        for options in [&[][..], &record, &["--check"]] {
            let seen = under_overtake(target, mode, options);
            assert_eq!(seen, expected, "{target} {options:?}");
        }
        if forks == Forks::Too {
            for seen in forked(target, mode) {
                assert_eq!(seen, expected, "{target} in a fork server");
            }
        }
    }
}

/// A limit that the shell sets around `overtake` holds for the guest as under plain QEMU.
fn a_limit_of_descriptors_around_overtake() {
    for target in targets() {
        let script = "ulimit -n 40; exec \"$@\"";
        let mut limited = assert_cmd::Command::new("sh");
        limited
            .args(["-c", script, "sh"])
            .arg(overtake().get_program());
        let output = limited
            .env("OVERTAKE_HOME", home())
            .args(["run", "--quiet", "--check", "--timeout", "120", "--"])
            .arg(guest(target))
            .arg("threads-100")
            .output()
            .expect("it starts");
        assert_eq!(
            (
                output.status.code(),
                &*String::from_utf8_lossy(&output.stdout)
            ),
            (Some(0), "process threads-100: ok 100 threads\n"),
            "{target}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// The plugin reports the end of a run although the guest may write no file.
fn a_report_needs_no_file_size() {
    for target in targets() {
        let files = folder();
        let output = overtake_at_home()
            .args(["run", "--timeout", "120", "--"])
            .arg(guest(target))
            .arg("no-file-size")
            .current_dir(&files)
            .output()
            .expect("it starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{target}: {errors}");
        assert!(
            errors.contains("context switches, 3 threads"),
            "{target}: {errors}"
        );
    }
}

/// QEMU forgets code that a guest has written over, and the plugin must too. How it does so is the same
/// on all targets, and takes half a minute on one.
fn a_compiler_at_run_time_needs_bounded_memory() {
    let target = targets()[0];
    let expected = plain(target, "compiler");
    assert_eq!(expected.status, Some(0), "{expected:?}");
    assert_eq!(under_overtake(target, "compiler", &[]), expected);
}

/// A trace is one more file that the plugin writes.
fn descriptors_of_a_traced_run() {
    traced(&[
        "numbers",
        "exec",
        "close-all",
        "close-range",
        "close-standard",
        "end-of-file",
        "few-descriptors",
    ]);
}

fn no_descriptors_in_a_traced_run() {
    traced(&["no-descriptors"]);
}

#[track_caller]
fn traced(modes: &[&str]) {
    let traces = folder();
    let trace = format!("trace={}", traces.path().join("trace").display());
    for mode in modes {
        for target in targets() {
            let expected = plain(target, mode);
            let seen = under_overtake(target, mode, &["--plugin-option", &trace]);
            assert_eq!(seen, expected, "{mode} on {target}");
            let length = fs::metadata(traces.path().join("trace")).map_or(0, |it| it.len());
            assert!(length > 0, "{mode} on {target}: no trace");
        }
    }
}

/// What was recorded while the guest changed its folder, its root and its user is replayed.
fn a_recorded_run_is_replayed() {
    for mode in ["chroot", "nobody", "close-range", "umask"] {
        for target in targets() {
            let files = folder();
            // Relative: the guest goes elsewhere.
            let record = overtake_at_home()
                .args([
                    "run",
                    "--quiet",
                    "--timeout",
                    "120",
                    "--record",
                    "schedule",
                    "--",
                ])
                .arg(guest(target))
                .arg(mode)
                .current_dir(&files)
                .output()
                .expect("it starts");
            assert_eq!(
                record.status.code(),
                Some(0),
                "{mode} on {target}: {record:?}"
            );
            let replay = overtake_at_home()
                .args(["replay", "--timeout", "120", "schedule", "--"])
                .arg(guest(target))
                .arg(mode)
                .current_dir(&files)
                .output()
                .expect("it starts");
            assert_eq!(
                replay.status.code(),
                Some(0),
                "{mode} on {target}: {replay:?}"
            );
            assert_eq!(replay.stdout, record.stdout, "{mode} on {target}");
        }
    }
}

macro_rules! modes {
    ($($mode:literal $forks:ident;)*) => {
        /// The tests of the modes, under the modes' names.
        fn modes() -> Vec<Test> {
            vec![$({
                let test = Test::new(concat!(module_path!(), "::", $mode), || {
                    as_under_plain_qemu($mode, Forks::$forks);
                });
                match $mode {
                    "chroot" | "no-descriptors" => {
                        test.needs(Need::Host).needs(Need::ThreadsEndWithoutFiles)
                    }
                    _ => test.needs(Need::Host),
                }
            }),*]
        }
    };
}

modes! {
    "numbers" Too;
    "exec" Too;
    "close-all" Too;
    "close-range" Too;
    "close-standard" Too;
    "end-of-file" Too;
    "limits" Too;
    "few-descriptors" Too;
    "no-descriptors" Too;
    "no-file-size" Not;
    "few-processes" Too;
    "folder" Too;
    "chroot" Too;
    "umask" Too;
    "blocked" Too;
    "timers" Too;
    "scheduling" Too;
    "prctl" Too;
    "nobody" Too;
    "fixed" Too;
    "rewritten-code" Too;
    "fork-storm" Too;
    "spawn" Too;
    "threads-100" Too;
    "threads-in-turn" Too;
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    let mut tests = modes();
    tests.extend([
        crate::test!(a_limit_of_descriptors_around_overtake).needs(Need::Host),
        crate::test!(a_report_needs_no_file_size).needs(Need::Host),
        crate::test!(a_compiler_at_run_time_needs_bounded_memory).needs(Need::Host),
        crate::test!(descriptors_of_a_traced_run).needs(Need::Host),
        crate::test!(no_descriptors_in_a_traced_run)
            .needs(Need::Host)
            .needs(Need::ThreadsEndWithoutFiles),
        crate::test!(a_recorded_run_is_replayed).needs(Need::Host),
    ]);
    tests
}
