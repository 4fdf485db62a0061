//! `overtake litmus`: outcomes with fixed seeds, verdicts, and errors of tests that cannot run.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;
use std::fs;
use std::path::Path;

use crate::support::{check, check_counts, folder, hollow_home, overtake, overtake_at_home};
use arch::Arch;
use assert_cmd::Command;
use emulator::target::Target as _;
use tempfile::TempDir;

/// A store that another processor's two loads may see too early, with labels, a dependency, and
/// an address among the results.
const AARCH64: &str = "AArch64 passing
\"A flag that may be seen before what it announces\"
{ 0:X8=data; 0:X9=flag; 1:X8=data; 1:X9=flag; int *p=data; 1:X7=p; 1:X2=-1; }
 P0          | P1             ;
 MOV W1,#7   | LDR W1,[X9]    ;
 STR W1,[X8] | CBZ W1,Nothing ;
 STR W1,[X9] | LDR W2,[X8]    ;
             | Nothing:       ;
             | LDR X3,[X7]    ;
exists (1:X1=7 /\\ 1:X2=0 /\\ 1:X3=data)
";

/// A lock-free increment by each of two processors, of registers that the ABI has other plans
/// for.
const PPC: &str = "PPC increments
{ P0:%r1=n; 1:r13=n; }
 P0               | P1                ;
 Again:           | Again:            ;
 lwarx r2,0,r1    | lwarx r14,0,r13   ;
 addi r2,r2,1     | addi r14,r14,1    ;
 stwcx. r2,0,r1   | stwcx. r14,0,r13  ;
 bne- Again       | bne- Again        ;
forall (n=2 /\\ (P0:%r2=1 /\\ 1:r14=2 \\/ 0:r2=2 /\\ 1:r14=1));
";

/// Two processors that each announce themselves and look for the other.
const RISCV: &str = "RISCV doors
\"A description without its closing quote
{ 0:a0=x; 0:a1=y; 1:a0=x; 1:a1=y; }
 P0          | P1          ;
 li t0,-1    | li t0,-1    ;
 sw t0,0(a0) | sw t0,0(a1) ;
 fence w,w   | fence rw,rw ;
 lw s2,0(a1) | lw s2,0(a0) ;
~exists (0:s2=0 /\\ 1:s2=0)
";

/// The same on x86, where a store waits too, but not for an exchange.
const X86_64: &str = "X86_64 doors
{ uint16_t y; }
 P0               | P1             ;
 movl $1,%ecx     | movw $0x101,y  ;
 xchgl %ecx,x(%rip) | movl (x),%eax ;
 movw [y],%bx     |                ;
locations [y]
exists (0:bx=0 /\\ 1:eax=0)
";

/// A folder with tests.
fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = folder();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("writable");
    }
    folder
}

/// `overtake litmus` with two seeds.
fn litmus(folder: &Path) -> Command {
    with_seeds(folder, "2")
}

fn with_seeds(folder: &Path, seeds: &str) -> Command {
    let mut command = overtake_at_home();
    command
        .arg("litmus")
        .args(["--seeds", seeds, "--iterations", "200"])
        .current_dir(folder);
    command
}

fn a_test_for_each_architecture() {
    for (name, text) in [
        ("aarch64", AARCH64),
        ("ppc", PPC),
        ("riscv", RISCV),
        ("x86_64", X86_64),
    ] {
        let folder = folder_with(&[("test.litmus", text)]);
        check_counts(
            &format!("litmus_{name}"),
            litmus(folder.path()).arg("test.litmus"),
            &[],
        );
    }
}

fn seeds_repeat_whatever_the_number_of_jobs() {
    let folder = folder_with(&[("a.litmus", AARCH64), ("x.litmus", X86_64)]);
    let mut files = vec!["a.litmus"];
    if Need::Repeats(Arch::X86_64).missing().is_none() {
        files.push("x.litmus");
    }
    let run = |first: &str, jobs| {
        let mut command = litmus(folder.path());
        command.args(["--format", "line", "--first-seed", first, "--jobs", jobs]);
        let output = command.args(&files).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let once = run("5", "1");
    assert_eq!(once, run("5", "3"));
    assert_ne!(once, run("7", "3"));
}

fn strategies_choose_differently() {
    let folder = folder_with(&[("a.litmus", AARCH64)]);
    let run = |strategy: &[&str]| {
        let mut command = litmus(folder.path());
        command
            .args(["--format", "line", "a.litmus"])
            .args(strategy);
        let output = command.output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let pct = run(&["--strategy", "pct"]);
    assert_eq!(pct, run(&["--strategy", "pct"]));
    assert_ne!(pct, run(&[]));
    assert_eq!(run(&["--strategy", "uniform"]), run(&[]));
}

fn json_is_for_programs() {
    let folder = folder_with(&[("a.litmus", AARCH64), ("x.litmus", X86_64)]);
    let output = litmus(folder.path())
        .args(["--format", "json", "a.litmus", "x.litmus"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let tests: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let test = &tests[0];
    assert_eq!(test["name"], "passing");
    assert_eq!(test["arch"], "AArch64");
    assert_eq!(test["iterations"], 400);
    assert_eq!(test["condition_seen"], true);
    assert_eq!(test["model"]["name"], "weak");
    assert_eq!(test["model"]["version"], env!("CARGO_PKG_VERSION"));
    let outcomes = test["outcomes"].as_object().unwrap();
    assert!(outcomes["1:X1=7; 1:X2=0; 1:X3=data"].as_u64().unwrap() > 0);
    let total: u64 = outcomes
        .values()
        .filter_map(serde_json::Value::as_u64)
        .sum();
    assert_eq!(total, 400);
    assert_eq!(tests[1]["arch"], "X86_64");
    assert_eq!(tests[1]["condition_seen"], true);
}

/// One processor alone does under plain QEMU what it does anywhere.
fn plain_qemu() {
    let alone =
        "X86_64 alone\n{ x=3; }\n P0 ;\n incl (x) ;\n movl (x),%eax ;\nexists (0:rax=4 /\\ x=4)\n";
    let folder = folder_with(&[("alone.litmus", alone)]);
    let output = litmus(folder.path())
        .args(["--model", "none", "--format", "json", "alone.litmus"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let tests: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(tests[0]["outcomes"]["0:rax=4; x=4"], 400);
    assert_eq!(tests[0]["model"]["name"], "none");
}

fn verdicts() {
    let aarch64 = r#"{
        "passing": {
            "shape": "MP",
            "allowed": ["1:X3=data; 1:X1=0; 1:X2=-1", "1:X1=7;1:X2=7;1:X3=data", "1:X1=7; 1:X2=0; 1:X3=data",
                        "1:X1=7; 1:X2=5; 1:X3=data"],
            "without_load_buffering": ["1:X1=0; 1:X2=-1; 1:X3=data"]
        },
        "another": { "allowed": ["x=1"] }
    }"#;
    let riscv = r#"{ "doors": { "allowed": ["0:x18=-1; 1:x18=0", "0:x18=0; 1:x18=-1"] } }"#;
    let folder = folder_with(&[
        ("a.litmus", AARCH64),
        ("r.litmus", RISCV),
        ("AArch64.json", aarch64),
        ("other.json", riscv),
    ]);
    let none = ["--format", "none", "--verdicts"];
    check(
        "litmus_conforms",
        litmus(folder.path())
            .args(none)
            .args(["AArch64.json", "--missing", "a.litmus"]),
        &[],
    );
    check_counts(
        "litmus_forbidden",
        litmus(folder.path())
            .args(none)
            .args(["AArch64.json", "--verdicts", "other.json"])
            .args(["a.litmus", "r.litmus"]),
        &[],
    );
}

fn verdicts_that_cannot_be_used() {
    let folder = folder_with(&[
        ("a.litmus", AARCH64),
        ("unclear.json", r#"{ "t": { "allowed": ["x=1"] } }"#),
        ("broken.json", "[]"),
    ]);
    for name in ["unclear", "broken", "nowhere"] {
        check(
            &format!("litmus_verdicts_{name}"),
            litmus(folder.path()).args(["--verdicts", &format!("{name}.json"), "a.litmus"]),
            &[],
        );
    }
}

fn invalid_tests_are_reported_and_the_others_run() {
    let aarch64 = |instruction: &str| {
        format!(
            "AArch64 wrong\n{{ 0:X1=x; }}\n P0 ;\n MOV W2,#0 ;\n {instruction} ;\nexists (0:X0=0)\n"
        )
    };
    let files = [
        ("unknown.litmus", aarch64("FROB W0,[X1]")),
        ("symbol.litmus", aarch64("ADR X0,somewhere")),
        ("leaves.litmus", aarch64("BLR X1")),
        ("crashes.litmus", aarch64("LDR W0,[X2]")),
        ("wrong.litmus", "MIPS wrong\n".to_owned()),
        ("binary.litmus", "\0\x1b[31m".to_owned()),
    ];
    let folder = folder_with(&[("right.litmus", AARCH64)]);
    let mut command = with_seeds(folder.path(), "1");
    command.args(["--format", "line"]);
    for (name, text) in &files {
        fs::write(folder.path().join(name), text).unwrap();
        command.arg(name);
    }
    check_counts(
        "litmus_errors",
        command.args(["right.litmus", "nowhere.litmus"]),
        &[],
    );
}

fn a_test_without_an_end() {
    let text = "RISCV endless\n{ }\n P0 ;\n L: j L ;\nexists (x=0)\n";
    let folder = folder_with(&[("endless.litmus", text), ("r.litmus", RISCV)]);
    check_counts(
        "litmus_endless",
        litmus(folder.path())
            .args(["--format", "line", "--budget", "20000000"])
            .args(["endless.litmus", "r.litmus"]),
        &[],
    );
}

fn missing_parts_are_reported_before_the_first_run() {
    let folder = folder_with(&[("p.litmus", PPC)]);
    let home = hollow_home();
    check(
        "litmus_guest_missing",
        overtake()
            .arg("litmus")
            .arg(folder.path().join("p.litmus"))
            .arg("--home")
            .arg(home.path()),
        &[(home.path(), "[HOME]")],
    );
    let qemu = emulator::qemu::Qemu::find(Arch::Ppc64le, None).unwrap();
    check(
        "litmus_assembler_missing",
        litmus(folder.path())
            .arg("p.litmus")
            .env(Arch::Ppc64le.qemu_variable(), qemu.path)
            .env("PATH", folder.path()),
        &[],
    );
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(a_test_for_each_architecture)
            .needs(Need::Qemu7)
            .or("by_exit_code"),
        test!(seeds_repeat_whatever_the_number_of_jobs)
            .needs(Need::Qemu7)
            .or("but_x86_64"),
        test!(strategies_choose_differently),
        test!(json_is_for_programs),
        test!(plain_qemu),
        test!(verdicts).needs(Need::Qemu7).or("by_exit_code"),
        test!(verdicts_that_cannot_be_used),
        test!(invalid_tests_are_reported_and_the_others_run)
            .needs(Need::Qemu7)
            .or("by_exit_code"),
        test!(a_test_without_an_end)
            .needs(Need::Qemu7)
            .or("by_exit_code"),
        test!(missing_parts_are_reported_before_the_first_run),
    ]
}
