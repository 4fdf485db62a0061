//! `overtake generate`: a test for each architecture, files, lists and errors.

use crate::support::test::Test;
use crate::test;
use std::fs;

use crate::support::{check, folder, overtake};

fn generate(arguments: &[&str]) -> assert_cmd::Command {
    let mut command = overtake();
    command.arg("generate").args(arguments);
    command
}

fn a_test_for_each_architecture() {
    for (arch, relations) in [
        ("AArch64", "DMB.SYdWW Rfe DpAddrdR Fre"),
        ("PPC", "LwSyncdWW Rfe PodRR Fre"),
        ("RISCV", "Fence.rw.wdWW Rfe DpCtrldR Fre"),
        ("X86_64", "PodWR Fre MFencedWR Fre"),
    ] {
        let mut words = vec!["--arch", arch];
        words.extend(relations.split(' '));
        check(
            &format!("generate_{}", arch.to_lowercase()),
            &mut generate(&words),
            &[],
        );
        // One word is as good as many.
        let quoted = generate(&["--arch", arch, relations]).output().unwrap();
        assert_eq!(quoted.stdout, generate(&words).output().unwrap().stdout);
    }
}

fn names_make_files_that_litmus_reads() {
    let folder = folder();
    let output = folder.path().join("new");
    let names = [
        "--name",
        "SB",
        "--name",
        "MP+dmb.sy+addr",
        "--name",
        "Mix-SB-fwd",
    ];
    generate(&["--arch", "aarch64", "--output"])
        .arg(&output)
        .args(names)
        .assert()
        .success()
        .stdout("");
    for name in ["SB", "MP+dmb.sy+addr", "Mix-SB-fwd"] {
        let text = fs::read_to_string(output.join(format!("{name}.litmus"))).unwrap();
        assert_eq!(litmus::Test::parse(&text).unwrap().name, name);
    }
}

fn lists() {
    check(
        "generate_list",
        &mut generate(&["--list", "--arch", "X86_64"]),
        &[],
    );
    let all = generate(&["--list"]).output().unwrap();
    let all = String::from_utf8(all.stdout).unwrap();
    for expected in ["DMB.SYdWW", "LwSyncdWW", "Fence.tsodRR", "MFencedWR"] {
        assert!(all.contains(expected), "{expected} is missing in:\n{all}");
    }
}

fn errors() {
    for (name, arguments) in [
        ("relation", "--arch X86_64 PodWW DpAddrdR"),
        ("directions", "--arch PPC PodWW Rfe"),
        ("name", "--arch RISCV --name MP+dmb.sy+addr"),
        ("nothing", "--arch RISCV"),
        ("both", "--arch RISCV --name MP Rfe"),
    ] {
        let arguments: Vec<_> = arguments.split(' ').collect();
        check(
            &format!("generate_error_{name}"),
            &mut generate(&arguments),
            &[],
        );
    }
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    check(
        "generate_error_output",
        generate(&["--arch", "PPC", "--name", "MP", "--output"]).arg(&file),
        &[(folder.path(), "[FOLDER]")],
    );
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(a_test_for_each_architecture),
        test!(names_make_files_that_litmus_reads),
        test!(lists),
        test!(errors),
    ]
}
