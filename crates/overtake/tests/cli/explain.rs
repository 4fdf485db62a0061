//! `overtake explain`: finds the cause that a person would name, and a fix that works.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;
use std::fs;

use crate::support::{check, check_text, folder, home, overtake_at_home, targets};
use arch::Arch;
use emulator::home::Home;
use predicates::prelude::*;
use ring_race::scenario::GUEST;
use serde_json::Value;

/// The story of a failing ring.
fn story(target: Arch, variant: &str, seed: u64) -> Value {
    let output = overtake_at_home()
        .args(["explain", "--target", target.name(), "--variant", variant])
        .args(["--seed", &seed.to_string(), "--cure-seeds", "2"])
        .args(["--format", "json"])
        .output()
        .expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{target} {variant}: {errors}");
    assert_eq!(errors, "", "no progress bar without a terminal");
    serde_json::from_slice(&output.stdout).expect("one object")
}

fn weak_targets() -> Vec<Arch> {
    let mut targets = targets();
    targets.retain(|target| *target != Arch::X86_64);
    targets
}

/// The source lines of the pair that was out of order: (file, text) of the first and the second.
fn turned(story: &Value) -> Vec<(String, String)> {
    let edges = story["edges"].as_array().expect("edges");
    let turned: Vec<_> = edges.iter().filter(|it| !it["turned"].is_null()).collect();
    assert_eq!(turned.len(), 1, "{story:#}");
    let line = |end: &str| {
        let step = turned[0][end].as_u64().expect("an index") as usize;
        let line = &story["steps"][step]["place"]["line"];
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        (text("file"), text("text"))
    };
    vec![line("from"), line("to")]
}

/// The ways of a cure in Rust that were found good.
fn cures(story: &Value) -> Vec<&str> {
    let cures = story["cures"].as_array().expect("cures");
    let good = cures.iter().filter(|it| it["checked"]["kind"] == "cures");
    good.filter_map(|it| it["rust"].as_str()).collect()
}

/// Shape 1 and 2 of the ring's history: the tail store overtakes an event store.
fn the_writer_s_side() {
    for target in weak_targets() {
        for (variant, file) in [
            ("relaxed-tail", "relaxed_tail.rs"),
            ("barrier-only", "barrier_only.rs"),
        ] {
            let story = story(target, variant, 2);
            assert_eq!(story["shape"], "MP", "{story:#}");
            let lines = turned(&story);
            assert!(lines[0].0.ends_with("aio-ring/src/layout.rs"), "{lines:?}");
            assert!(lines[0].1.contains("store(event."), "{lines:?}");
            assert!(lines[1].0.ends_with(file), "{lines:?}");
            assert!(lines[1].1.contains("tail.store("), "{lines:?}");
            assert!(
                cures(&story).contains(&"Ordering::Release on this store"),
                "{story:#}"
            );
            let notes = story["notes"].to_string();
            assert_eq!(
                notes.contains("stands in the wrong place"),
                variant == "barrier-only",
                "{notes}"
            );
        }
    }
}

/// Shape 3: an event load is done before the tail load.
fn the_reader_s_side() {
    for target in weak_targets() {
        let story = story(target, "relaxed-reader", 3);
        assert_eq!(story["shape"], "MP", "{story:#}");
        let lines = turned(&story);
        assert!(lines[0].0.ends_with("relaxed_reader.rs"), "{lines:?}");
        assert!(lines[0].1.contains("tail.load("), "{lines:?}");
        assert!(lines[1].0.ends_with("aio-ring/src/layout.rs"), "{lines:?}");
        assert!(
            cures(&story).contains(&"Ordering::Acquire on this load"),
            "{story:#}"
        );
    }
}

/// A mistake that x86 shows too.
fn store_buffering_on_x86() {
    let guest = home().join("guests/x86_64/dekker");
    let output = overtake_at_home()
        .args(["explain", "--format", "json", "--cure-seeds", "2", "--"])
        .arg(guest)
        .args(["--rounds", "50"])
        .output()
        .expect("it starts");
    let story: Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(story["shape"], "SB", "{story:#}");
    assert_eq!(story["failure"], "exit status 1");
    let good = cures(&story);
    assert!(
        good.contains(&"Ordering::SeqCst on both accesses"),
        "{story:#}"
    );
    let cures = story["cures"].to_string();
    assert!(cures.contains("mfence"), "{cures}");
}

/// What each part has cost is another figure each time.
pub fn without_costs(story: &str) -> String {
    let lines = story.lines().map(|line| match line.rsplit_once(", ") {
        Some((before, seconds)) if seconds.ends_with(" s") => format!("{before}, [SECONDS]\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// The same command prints the same story; what depends on addresses is left out of the snapshot.
fn a_story_for_people() {
    let output = overtake_at_home()
        .args([
            "explain",
            "--target",
            "aarch64",
            "--variant",
            "barrier-only",
        ])
        .args(["--seed", "2", "--cure-seeds", "2"])
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains('\x1b'), "no colours in a pipe");
    let story = text.replace(&home().display().to_string(), "[HOME]");
    check_text("explain_barrier_only", &without_costs(&story), &[]);
}

/// The shrunken schedule is a file that fails again, for `replay` and for `explain`.
fn a_schedule_for_others() {
    let folder = folder();
    let schedule = folder.path().join("small.schedule");
    let page = folder.path().join("why.html");
    for target in weak_targets().into_iter().take(1) {
        overtake_at_home()
            .args(["explain", "--target", target.name(), "--seed", "4"])
            .args(["--cure-seeds", "0", "--format", "html", "--output"])
            .arg(&page)
            .arg("--schedule")
            .arg(&schedule)
            .assert()
            .success();
        let text = fs::read_to_string(&schedule).expect("written");
        assert!(text.lines().count() < 40, "it is small: {text}");
        let html = fs::read_to_string(&page).expect("written");
        assert!(html.contains("<svg") && html.contains("ring.tail"));
        overtake_at_home()
            .arg("replay")
            .arg(&schedule)
            .assert()
            .code(93)
            .stderr(predicate::str::contains("a stale event"));
        overtake_at_home()
            .args(["explain", "--cure-seeds", "0", "--format", "svg", "--from"])
            .arg(&schedule)
            .assert()
            .success()
            .stdout(predicate::str::starts_with("<svg"));
    }
}

/// Without debug information there are no lines, and the story says so.
fn a_stripped_program() {
    let folder = folder();
    for target in weak_targets().into_iter().take(1) {
        let guest = Home::find(Some(&home()))
            .guest(target, &GUEST)
            .expect("built");
        let copy = folder.path().join("stripped");
        let strip = match target {
            Arch::Ppc64le => "powerpc64le-linux-gnu-strip".to_owned(),
            other => format!("{other}-linux-gnu-strip"),
        };
        let status = std::process::Command::new(strip)
            .arg("-o")
            .args([&copy, &guest])
            .status();
        assert!(status.expect("binutils").success());
        overtake_at_home()
            .args(["explain", "--cure-seeds", "0", "--"])
            .arg(&copy)
            .args(["--variant", "relaxed-tail", "--until-stale"])
            .assert()
            .success()
            .stdout(
                predicate::str::contains("MP (message passing)")
                    .and(predicate::str::contains("The program has no line numbers"))
                    .and(predicate::str::contains("ring.tail")),
            );
    }
}

fn a_program_that_does_not_fail() {
    for target in targets() {
        overtake_at_home()
            .args(["explain", "--target", target.name(), "--variant", "release"])
            .args(["--seeds", "2", "--events", "50"])
            .assert()
            .code(11)
            .stdout("")
            .stderr(predicate::str::contains(
                "nothing to explain: none of the seeds 1 to 2 fails",
            ));
    }
}

/// A failure that depends on something else cannot be explained, and that is said.
fn a_failure_that_does_not_repeat() {
    let folder = folder();
    let file = folder.path().join("file");
    let script = format!("test -e {0} || {{ : >{0}; exit 3; }}", file.display());
    check(
        "explain_not_again",
        overtake_at_home().args(["explain", "--jobs", "1", "--", "/bin/sh", "-c", &script]),
        &[],
    );
}

/// A failure may be known by what a program says, or does not say.
fn failures_by_output() {
    let target = targets()[0];
    let guest = Home::find(Some(&home()))
        .guest(target, &GUEST)
        .expect("built");
    for (option, text, code) in [
        ("--fail-on", "\"read\":50", 0),
        ("--fail-on", "no such text", 11),
        ("--expect", "\"read\":50", 11),
        ("--expect", "no such text", 0),
    ] {
        overtake_at_home()
            .args(["explain", "--seeds", "1", option, text, "--"])
            .arg(&guest)
            .args(["--events", "50"])
            .assert()
            .code(code);
    }
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(the_writer_s_side).needs(Need::WeakTarget),
        test!(the_reader_s_side).needs(Need::WeakTarget),
        test!(store_buffering_on_x86),
        test!(a_story_for_people)
            .needs(Need::Target(Arch::AArch64))
            .needs(Need::Qemu7),
        test!(a_schedule_for_others).needs(Need::WeakTarget),
        test!(a_stripped_program).needs(Need::WeakTarget),
        test!(a_program_that_does_not_fail),
        test!(a_failure_that_does_not_repeat),
        test!(failures_by_output),
    ]
}
