//! Limits of the shell around `overtake`: each command ends, names the limit, and has a documented exit code.

use std::fs;

use arch::Arch;
use overtake::exit_code::ExitCode;

use crate::support::need::Need;
use crate::support::test::Test;
use crate::support::{folder, home, overtake};
use crate::test;

/// Two processors; enough to assemble and run.
const LITMUS: &str = "AArch64 MP
{ 0:X1=x; 0:X3=y; 1:X1=x; 1:X3=y; }
 P0          | P1           ;
 MOV W0,#1   | LDR W0,[X3]  ;
 STR W0,[X1] | LDR W2,[X1]  ;
 STR W0,[X3] |              ;
exists (1:X0=1 /\\ 1:X2=0)
";

/// The arguments of the commands. GUEST is a program with two threads.
const COMMANDS: [&[&str]; 6] = [
    &["run", "--timeout", "60", "--", "GUEST", "blocked"],
    &[
        "run",
        "--timeout",
        "60",
        "--record",
        "schedule",
        "--",
        "GUEST",
        "blocked",
    ],
    &[
        "run",
        "--timeout",
        "60",
        "--check",
        "--trace-hash",
        "--",
        "GUEST",
        "blocked",
    ],
    &[
        "matrix",
        "--targets",
        "aarch64",
        "--variants",
        "release",
        "--seeds",
        "1",
        "--timeout",
        "60",
    ],
    &[
        "explain",
        "--target",
        "aarch64",
        "--variant",
        "barrier-only",
        "--timeout",
        "60",
    ],
    &[
        "litmus",
        "--seeds",
        "1",
        "--iterations",
        "20",
        "--timeout",
        "60",
        "mp.litmus",
    ],
];

/// Runs a program for each ordering that it has, so it takes longer than the others.
const AUDIT: &[&str] = &["audit", "--target", "aarch64", "--timeout", "60"];

/// How a command ended under a limit, and what it said.
struct Ended {
    status: Option<i32>,
    said: String,
}

fn under(limit: &str, arguments: &[&str]) -> Ended {
    let files = folder();
    fs::write(files.path().join("mp.litmus"), LITMUS).expect("writable");
    let guest = home()
        .join("guests")
        .join(Arch::AArch64.name())
        .join("process");
    let guest = guest.to_str().expect("UTF-8");
    let words = arguments
        .iter()
        .map(|word| if *word == "GUEST" { guest } else { word });
    let script = format!("ulimit -S {limit}; exec \"$@\"");
    let output = assert_cmd::Command::new("sh")
        .args(["-c", &script, "sh"])
        .arg(overtake().get_program())
        .args(words)
        .env("OVERTAKE_HOME", home())
        .current_dir(&files)
        .timeout(std::time::Duration::from_secs(300))
        .output()
        .expect("it starts, and ends");
    Ended {
        status: output.status.code(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Every command under a limit ends with one of these exit codes. With another one than success it
/// names the limit or the signal that the limit sends.
#[track_caller]
fn every_command(limit: &str, codes: &[ExitCode], names: &[&str]) {
    for arguments in COMMANDS {
        let Ended { status, said } = under(limit, arguments);
        let codes: Vec<_> = codes
            .iter()
            .map(|code| Some(i32::from(code.code())))
            .collect();
        assert!(
            codes.contains(&status),
            "{limit}: {arguments:?}: {status:?}\n{said}"
        );
        assert!(!said.contains("defect"), "{limit}: {arguments:?}: {said}");
        if status != Some(0) {
            let named = names.iter().any(|name| said.contains(name));
            assert!(named, "{limit}: {arguments:?}: {said}");
        }
    }
}

/// No file can be written: neither the report nor the output of a guest.
fn no_file_can_be_written() {
    use ExitCode::{FileSystem, GuestFailed, Success};
    every_command(
        "-f 0",
        &[Success, FileSystem, GuestFailed],
        &["ulimit -f", "SIGXFSZ"],
    );
}

/// Reports fit; schedules and traces do not.
fn small_files_can_be_written() {
    use ExitCode::{FileSystem, Success};
    every_command("-f 8", &[Success, FileSystem], &["ulimit -f"]);
    for (arguments, what) in [(COMMANDS[1], "the schedule"), (AUDIT, "the trace")] {
        let Ended { status, said } = under("-f 8", arguments);
        assert_eq!(status, Some(FileSystem.code().into()), "{said}");
        assert!(said.contains(what), "{said}");
    }
}

/// QEMU can reserve no memory for the guest, and says so: the program did not fail.
fn too_little_memory() {
    use ExitCode::{GuestFailed, LitmusTest, QemuMissing};
    every_command(
        "-v 1000000",
        &[QemuMissing, GuestFailed, LitmusTest],
        // QEMU 10's words are on several lines, of which the last one has the range.
        &[
            "ulimit -a",
            "virtual memory",
            "Cannot allocate memory",
            "-0000003fffffffff",
        ],
    );
}

fn few_files_can_be_open() {
    use ExitCode::{AssemblerMissing, FileSystem, QemuMissing, Success};
    every_command(
        "-n 6",
        &[Success, AssemblerMissing, FileSystem, QemuMissing],
        &["ulimit -n"],
    );
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(no_file_can_be_written)
            .needs(Need::Host)
            .needs(Need::Target(Arch::AArch64)),
        test!(small_files_can_be_written)
            .needs(Need::Host)
            .needs(Need::Target(Arch::AArch64)),
        test!(too_little_memory)
            .needs(Need::Host)
            .needs(Need::Target(Arch::AArch64)),
        test!(few_files_can_be_open)
            .needs(Need::Host)
            .needs(Need::Target(Arch::AArch64)),
    ]
}
