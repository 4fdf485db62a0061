//! `overtake explain` ends: within its budget, at Ctrl-C, with an answer for every kind of failure.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use arch::Arch;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::explain::without_costs;
use crate::support::{check, check_text, folder, overtake_at_home, targets};

/// Builds a program of `tests/programs` in a folder.
fn built(folder: &Path, target: Arch, name: &str) -> PathBuf {
    let compiler = match target {
        Arch::Ppc64le => "powerpc64le-linux-gnu-gcc".to_owned(),
        other => format!("{other}-linux-gnu-gcc"),
    };
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let program = folder.join(name);
    let status = Command::new(compiler)
        .args(["-g", "-O0", "-static", "-pthread", "-o"])
        .arg(&program)
        .arg(sources.join(format!("{name}.c")))
        .status();
    assert!(status.expect("it is there").success());
    program
}

fn explained(options: &[&str], program: &Path, arguments: &[&str]) -> Output {
    let mut explain = overtake_at_home();
    explain.arg("explain").args(options).arg("--").arg(program);
    explain.args(arguments).output().expect("it starts")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn weak() -> impl Iterator<Item = Arch> {
    targets().into_iter().filter(|it| *it != Arch::X86_64)
}

/// The other half of the patch of 2003: the slot is given back before it has been read.
fn load_buffering() {
    for target in weak() {
        let output = overtake_at_home()
            .args(["explain", "--target", target.name(), "--format", "json"])
            .args(["--variant", "relaxed-head", "--cure-seeds", "2"])
            .output()
            .expect("it starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{target}: {errors}");
        let story: Value = serde_json::from_slice(&output.stdout).expect("one object");
        assert_eq!(story["shape"], "LB", "{story:#}");
        let edges = story["edges"].as_array().expect("edges");
        let early: Vec<_> = edges
            .iter()
            .filter(|it| it["turned"] == "early-store")
            .collect();
        assert_eq!(early.len(), 1, "{story:#}");
        let line = |end: &str| {
            let step = early[0][end].as_u64().expect("an index") as usize;
            let line = &story["steps"][step]["place"]["line"];
            (line["file"].to_string(), line["text"].to_string())
        };
        assert!(
            line("from").1.contains("load(Ordering::Relaxed)"),
            "{story:#}"
        );
        assert!(line("from").0.contains("layout.rs"), "{story:#}");
        assert!(line("to").0.contains("relaxed_head.rs"), "{story:#}");
        assert!(line("to").1.contains("head.store("), "{story:#}");
        let cures = story["cures"].as_array().expect("cures");
        let rust: Vec<_> = cures.iter().map(|it| it["rust"].as_str()).collect();
        assert_eq!(
            rust,
            [
                Some("Ordering::Release on this store"),
                Some("Ordering::Acquire on this load"),
                Some("fence(Ordering::Acquire) after this load"),
            ]
        );
        // The load is one of an event's words: other runs may fail with another one.
        assert_eq!(cures[0]["checked"]["kind"], "cures", "{story:#}");
        let helps = |it: &Value| ["cures", "cures-this-run"].contains(&it.as_str().unwrap_or(""));
        let mut helped = cures.iter().map(|it| &it["checked"]["kind"]);
        assert!(helped.all(helps), "{story:#}");
    }
}

fn a_story_of_load_buffering() {
    let output = overtake_at_home()
        .args([
            "explain",
            "--target",
            "aarch64",
            "--variant",
            "relaxed-head",
        ])
        .args(["--cure-seeds", "2"])
        .output()
        .expect("it starts");
    let home = crate::support::home().display().to_string();
    let story = without_costs(&text(&output).replace(&home, "[HOME]"));
    check_text("explain_relaxed_head", &story, &[]);
}

/// A race that needs no weak memory.
fn an_ordinary_race() {
    let folder = folder();
    for target in targets() {
        let program = built(folder.path(), target, "lost_update");
        let output = explained(&["--format", "json"], &program, &[]);
        assert_eq!(output.status.code(), Some(0), "{target}: {output:?}");
        let story: Value = serde_json::from_slice(&output.stdout).expect("one object");
        let race = &story["interleaving"];
        assert_eq!(race["alone"], true, "{story:#}");
        let pair = race["unsynchronised"].as_array().expect("two steps");
        let steps = pair
            .iter()
            .map(|it| it.as_u64().expect("an index") as usize);
        let columns: Vec<_> = steps.map(|it| &story["steps"][it]["column"]).collect();
        assert_ne!(columns[0], columns[1], "{story:#}");
        // On x86_64 the lost one may be among the first accesses to the page, which are not traced.
        let lost = race["words"].to_string().contains("the update is lost");
        assert!(lost || target == Arch::X86_64, "{story:#}");
        let steps = story["steps"].to_string();
        assert!(
            steps.contains("lost_update.c") && steps.contains("counter += 2"),
            "{story:#}"
        );
        let shown = text(&explained(&["--cure-seeds", "0"], &program, &[]));
        let cause = "cause    fails under sequential consistency: interleaving alone";
        assert!(shown.contains(cause), "{shown}");
        assert!(shown.contains("Nothing orders thread "), "{shown}");
    }
}

/// Without some of its choices this program spins. The trials are limited, so the explanation ends.
fn a_program_that_spins_without_its_choices() {
    let folder = folder();
    let program = built(folder.path(), Arch::Ppc64le, "no_isync");
    let options = ["--within", "20s", "--seeds", "2000", "--cure-seeds", "1"];
    let output = explained(&options, &program, &[]);
    let story = text(&output);
    assert!(matches!(output.status.code(), Some(0 | 13)), "{output:?}");
    assert!(story.contains("shape    "), "{story}");
    assert!(story.contains("no_isync.c"), "{story}");
    assert!(
        story.contains("stwcx."),
        "the atomic add is in the cycle: {story}"
    );
    assert!(
        story.contains("Ordering::Acquire on this read-modify-write"),
        "{story}"
    );
    assert_eq!(
        story.contains("the budget of 20 s ended"),
        output.status.code() == Some(13),
        "{story}"
    );
}

/// A program that never ends is no answer, but an end.
fn programs_that_never_end() {
    let folder = folder();
    let target = targets()[0];
    let program = built(folder.path(), target, "waits");
    for arguments in [&["spins"][..], &[]] {
        let mut explain = overtake_at_home();
        explain
            .args(["explain", "--within", "5s", "--"])
            .arg(&program);
        check("explain_out_of_time", explain.args(arguments), &[]);
    }
}

/// The first Ctrl-C shows the best that was found. It comes when the guest has run so often that the explanation
/// is minimising, which takes hundreds of runs.
fn an_interrupted_explanation() {
    let folder = folder();
    let program = built(folder.path(), Arch::Ppc64le, "no_isync");
    let runs = folder.path().join("runs");
    let seed = (1..2000).find(|seed| {
        let mut run = overtake_at_home();
        run.args(["run", "--seed", &seed.to_string(), "--"]);
        let output = run.args([&program, &runs]).output().expect("it starts");
        output.status.code() == Some(1)
    });
    let seed = seed.expect("a seed that fails").to_string();
    std::fs::remove_file(&runs).expect("the runs so far");
    let mut explain = Command::new(overtake_at_home().get_program());
    explain
        .env("OVERTAKE_HOME", crate::support::home())
        .args(["explain", "--within", "none", "--cure-seeds", "0"])
        .args(["--seed", &seed, "--"])
        .args([&program, &runs])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = explain.spawn().expect("it starts");
    while std::fs::metadata(&runs).map_or(0, |it| it.len()) < 20 {
        let ended = child.try_wait().expect("its status");
        assert_eq!(ended, None, "it ended after few runs");
        std::thread::sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&child), Signal::INT).expect("it is there");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(13), "{output:?}");
    let story = text(&output);
    assert!(story.contains("not minimal: it was interrupted"), "{story}");
    assert!(story.contains("shape    "), "{story}");
}

/// A budget that is much too small still shows what was found.
fn a_small_budget() {
    let folder = folder();
    let program = built(folder.path(), Arch::Ppc64le, "no_isync");
    let output = explained(&["--within", "1s", "--seeds", "2000"], &program, &[]);
    assert_eq!(output.status.code(), Some(13), "{output:?}");
    for (within, code) in [("1h", 64), ("", 64), ("-3s", 64)] {
        let output = explained(&["--within", within], &program, &[]);
        assert_eq!(output.status.code(), Some(code), "{within}: {output:?}");
    }
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    let first = targets()[0];
    let compilers = targets().into_iter().map(Need::CrossCompiler);
    vec![
        test!(load_buffering).needs(Need::WeakTarget),
        test!(a_story_of_load_buffering)
            .needs(Need::Target(Arch::AArch64))
            .needs(Need::Qemu7),
        compilers.fold(test!(an_ordinary_race), Test::needs),
        test!(a_program_that_spins_without_its_choices)
            .needs(Need::Target(Arch::Ppc64le))
            .needs(Need::CrossCompiler(Arch::Ppc64le)),
        test!(programs_that_never_end).needs(Need::CrossCompiler(first)),
        test!(an_interrupted_explanation)
            .needs(Need::Target(Arch::Ppc64le))
            .needs(Need::CrossCompiler(Arch::Ppc64le)),
        test!(a_small_budget)
            .needs(Need::Target(Arch::Ppc64le))
            .needs(Need::CrossCompiler(Arch::Ppc64le)),
    ]
}
