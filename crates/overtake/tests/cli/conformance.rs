//! `overtake conformance`: its table, its errors, and a sample of the suite against what the
//! architectures allow.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::support::{check, check_counts, overtake_at_home, qemu_is_of_the_snapshots, targets};
use crate::test;
use litmus::Arch;
use serde_json::Value;

fn conformance() -> assert_cmd::Command {
    let mut command = overtake_at_home();
    command.arg("conformance");
    command
}

fn json(command: &mut assert_cmd::Command) -> Value {
    let output = command.args(["--format", "json"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&text).unwrap()
}

/// Every 30th test of each architecture.
fn a_sample_of_the_suite() {
    let mut sample = conformance();
    sample.args(["--sample", "30", "--seeds", "1", "--iterations", "200"]);
    let mut archs = Arch::ALL.to_vec();
    archs.retain(|arch| targets().contains(arch));
    for arch in &archs {
        sample.args(["--arch", arch.herd_name()]);
    }
    let result = json(&mut sample);
    assert_eq!(result["forbidden"], Value::Array(Vec::new()));
    let architectures = result["architectures"].as_array().unwrap();
    assert_eq!(architectures.len(), archs.len());
    for one in architectures {
        let number = |key: &str| one[key].as_u64().unwrap();
        assert!(number("tests") >= 7, "{one}");
        let all = number("without_load_buffering");
        let reached = number("without_load_buffering_reached");
        // One seed of 200 iterations each.
        assert!(reached * 20 >= all * 17, "{one}");
        assert_eq!(number("forbidden_seen"), 0, "{one}");
    }
    let without = result["tests_without_instruction"].as_u64().unwrap();
    assert_eq!(without > 0, archs.contains(&Arch::Riscv64));
}

/// Every 90th test on the oldest and the newest CPU of each architecture.
fn a_sample_on_other_cpus() {
    let mut archs = Arch::ALL.to_vec();
    archs.retain(|arch| targets().contains(arch));
    for cpu in ["oldest", "newest"] {
        let mut sample = conformance();
        sample.args(["--cpu", cpu, "--sample", "90"]);
        sample.args(["--seeds", "1", "--iterations", "200"]);
        for arch in &archs {
            sample.args(["--arch", arch.herd_name()]);
        }
        let result = json(&mut sample);
        assert_eq!(result["forbidden"], Value::Array(Vec::new()), "{cpu}");
        let expected = |arch: &Arch| match (arch, cpu) {
            (Arch::AArch64, "oldest") => "cortex-a53",
            (Arch::Ppc64le, "oldest") => "power8",
            (Arch::Riscv64, "oldest") => "sifive-u54",
            (Arch::X86_64, "oldest") => "qemu64",
            (Arch::Ppc64le, _) => "power10",
            // QEMU 7.2 has no `max` of it.
            (Arch::Riscv64, _) if qemu_is_of_the_snapshots() => "rv64",
            _ => "max",
        };
        for arch in &archs {
            assert_eq!(result["cpus"][arch.herd_name()], expected(arch));
        }
        let lacking = result["tests_that_the_cpu_cannot_run"].as_u64().unwrap();
        let lacks = cpu == "oldest" && archs.contains(&Arch::AArch64);
        assert_eq!(lacking > 0, lacks, "{cpu} has not the atomics of Armv8.1");
        for one in result["architectures"].as_array().unwrap() {
            let number = |key: &str| one[key].as_u64().unwrap();
            assert!(number("tests") >= 2, "{one}");
            let all = number("without_load_buffering");
            let reached = number("without_load_buffering_reached");
            // One seed of 200 iterations each.
            assert!(reached * 20 >= all * 17, "{one}");
        }
    }
}

fn a_cpu_that_qemu_does_not_know() {
    check(
        "conformance_unknown_cpu",
        conformance().args(["--arch", "PPC", "--test", "SB", "--cpu", "power99"]),
        &[],
    );
}

fn the_table() {
    check_counts(
        "conformance_table",
        conformance()
            .args(["--shape", "SB", "--arch", "x86_64"])
            .args(["--seeds", "1", "--iterations", "100"]),
        &[],
    );
}

fn missing_outcomes_have_a_reason() {
    let tests = ["LB", "IRIW", "Mix-MP-word-halves"];
    check_counts(
        "conformance_missing",
        conformance()
            .args(["--arch", "PPC", "--arch", "AArch64", "--missing"])
            .args(tests.iter().flat_map(|test| ["--test", test]))
            .args(["--seeds", "1", "--iterations", "500"]),
        &[],
    );
}

fn results_do_not_depend_on_the_number_of_jobs() {
    let with = |jobs: &str, strategy: &str| {
        json(
            conformance()
                .args([
                    "--arch", "RISCV", "--shape", "MP", "--sample", "5", "--jobs", jobs,
                ])
                .args([
                    "--seeds",
                    "2",
                    "--iterations",
                    "100",
                    "--strategy",
                    strategy,
                ]),
        )
    };
    let once = with("1", "pct");
    assert_eq!(once, with("3", "pct"));
    assert_eq!(once["strategy"], "pct");
    let uniform = with("3", "uniform");
    assert_ne!(once["architectures"], uniform["architectures"]);
}

fn names_that_the_suite_does_not_have() {
    check(
        "conformance_unknown_shape",
        conformance().args(["--arch", "PPC", "--shape", "MPP"]),
        &[],
    );
    check(
        "conformance_unknown_test",
        conformance().args(["--test", "SB+mfencs"]),
        &[],
    );
    check(
        "conformance_unknown_arch",
        conformance().args(["--arch", "MIPS"]),
        &[],
    );
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(a_sample_of_the_suite),
        test!(a_sample_on_other_cpus),
        test!(a_cpu_that_qemu_does_not_know),
        test!(the_table).needs(Need::Qemu7).or("by_exit_code"),
        test!(missing_outcomes_have_a_reason)
            .needs(Need::Qemu7)
            .or("by_exit_code"),
        test!(results_do_not_depend_on_the_number_of_jobs),
        test!(names_that_the_suite_does_not_have),
    ]
}
