//! Time and CPUs: the guest's clocks, sleeps and time-outs are the schedule's, and every host has four CPUs.
//!
//! The guest `timing` sleeps and waits for hours. Each run has a limit of a few minutes.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::support::{home, overtake_at_home, targets};
use crate::test;
use arch::Arch;
use assert_cmd::Command;
use std::collections::BTreeSet;

/// A run of a mode of the guest.
fn timing(target: Arch, seed: u64, options: &[&str], mode: &str) -> Command {
    let mut command = overtake_at_home();
    command
        .args(["run", "--timeout", "300", "--seed", &seed.to_string()])
        .args(options)
        .arg("--")
        .arg(home().join("guests").join(target.name()).join("timing"))
        .arg(mode);
    command
}

/// A run of a mode of the guest `endings`.
fn endings(target: Arch, mode: &str) -> Command {
    let mut command = overtake_at_home();
    let guest = home().join("guests").join(target.name()).join("endings");
    command.args(["run", "--"]).arg(guest).arg(mode);
    command
}

/// What a run that succeeds says on standard output and on standard error.
#[track_caller]
fn said(mut command: Command) -> (String, String) {
    let output = command.output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said:?}");
    said
}

/// The guest itself checks how long it slept and waited, and in which order its threads woke.
#[track_caller]
fn takes_no_time(modes: &[&str]) {
    for target in targets() {
        for mode in modes {
            for seed in [1, 2] {
                said(timing(target, seed, &["--check"], mode));
            }
        }
    }
}

fn sleeps_of_hours_take_no_time() {
    takes_no_time(&["sleeps", "sleeps-alone", "constant", "interrupted"]);
}

fn timeouts_of_hours_take_no_time() {
    takes_no_time(&["condvar", "notified", "descriptors", "pi-mutex"]);
}

fn rare_timeouts_of_hours_take_no_time() {
    takes_no_time(&["masked", "pwait2", "requeued", "socket"]);
    takes_no_time(&["message-queue", "semaphores"]);
}

/// Another process may open the queue, and time passes as on the host.
fn a_message_queue_with_a_name_is_named() {
    for target in targets() {
        let (_, line) = said(timing(target, 1, &[], "named-queue"));
        let expected = "not repeatable: it read another process";
        assert!(line.contains(expected), "{target}: {line}");
    }
}

/// Time passes although a thread can run.
fn a_thread_that_spins_until_another_has_slept() {
    takes_no_time(&["spins"]);
}

/// The guest prints what its clocks told.
fn one_seed_tells_one_time(target: Arch) {
    for mode in [
        "clocks",
        "sleeps",
        "condvar",
        "descriptors",
        "masked",
        "pwait2",
        "requeued",
        "socket",
        "message-queue",
        "semaphores",
    ] {
        let run = |_| said(timing(target, 3, &["--trace-hash"], mode));
        let seen: BTreeSet<_> = (0..3).map(run).collect();
        assert_eq!(seen.len(), 1, "{mode} on {target}: {seen:#?}");
        let (_, line) = seen.first().expect("there is one");
        assert!(!line.contains("not repeatable"), "{line}");
    }
}

/// A run of the schedule's time begins at a fixed date.
fn the_hosts_time_is_there_to_have() {
    for target in targets() {
        let date = |time| said(timing(target, 1, &["--time", time], "date")).0;
        let fixed = "timing date: ok 1767225600\n";
        assert_eq!(date("schedule"), fixed, "{target}");
        assert_ne!(date("host"), fixed, "{target}");
    }
    let mut command = overtake_at_home();
    command.args(["run", "--time", "guest", "--", "true"]);
    assert_eq!(command.output().expect("it starts").status.code(), Some(64));
}

fn a_clock_that_an_instruction_reads_is_named() {
    for target in targets() {
        let (_, line) = said(timing(target, 1, &[], "counter"));
        let expected = "not repeatable: it read a clock by an instruction";
        assert!(line.contains(expected), "{target}: {line}");
    }
}

/// Only where the guest asked for a number once it had threads, and not where it sent itself a signal.
fn a_number_that_the_guest_asked_for_is_named() {
    let expected = "repeatable unless it depends on what it asked for: its process number";
    for target in targets() {
        let (_, line) = said(timing(target, 1, &[], "number"));
        assert!(line.contains(expected), "{target}: {line}");
        let (_, line) = said(timing(target, 1, &[], "condvar"));
        assert!(!line.contains("repeatable"), "{target}: {line}");
        let mut aborts = endings(target, "abort");
        let line = aborts.output().expect("it starts").stderr;
        let line = String::from_utf8_lossy(&line).into_owned();
        assert!(line.contains("SIGABRT"), "{target}: {line}");
        assert!(!line.contains("repeatable"), "{target}: {line}");
    }
}

/// It waits for children.
fn a_program_with_one_thread_repeats_whatever_it_reads() {
    for target in targets() {
        let run = |mode| said(endings(target, mode)).1;
        let (alone, live) = (run("fork-exec"), run("fork-live"));
        assert!(!alone.contains("repeatable"), "{target}: {alone}");
        assert!(
            live.contains("not repeatable: it read another process"),
            "{target}: {live}"
        );
    }
}

fn every_guest_sees_four_cpus() {
    for target in targets() {
        let cpus = |options: &[&str]| said(timing(target, 1, options, "cpus")).0;
        let expected = |cpus: usize| {
            let list = format!("0-{}", cpus - 1);
            format!(
                "timing cpus: ok {cpus} [{cpus}, {cpus}] {} {cpus} {:?}\n",
                cpus + 1,
                [&list; 3]
            )
        };
        assert_eq!(cpus(&[]), expected(4), "{target}");
        assert_eq!(cpus(&["--cpus", "9"]), expected(9), "{target}");
    }
}

/// A host may have fewer CPUs than the guest sets.
#[track_caller]
fn gets_back_its_cpus(target: Arch) {
    assert_eq!(
        said(timing(target, 1, &[], "affinity")).0,
        "timing affinity: ok [0, 1, 2, 3] ([2, 3], (0, true), [1]) [2, 3]\n",
        "{target}"
    );
}

fn the_cpus_that_a_guest_sets_it_gets_back() {
    let others = targets()
        .into_iter()
        .filter(|target| *target != Arch::X86_64);
    others.for_each(gets_back_its_cpus);
}

/// QEMU 8 and later map a `getcpu` of their own for the guest, which always says CPU 0.
fn the_cpus_that_an_x86_64_guest_sets_it_gets_back() {
    gets_back_its_cpus(Arch::X86_64);
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    let mut tests = vec![
        test!(sleeps_of_hours_take_no_time).needs(Need::Host),
        test!(timeouts_of_hours_take_no_time).needs(Need::Host),
        test!(rare_timeouts_of_hours_take_no_time).needs(Need::Host),
        test!(a_message_queue_with_a_name_is_named).needs(Need::Host),
        test!(a_thread_that_spins_until_another_has_slept).needs(Need::Host),
        test!(the_hosts_time_is_there_to_have).needs(Need::Host),
        test!(a_clock_that_an_instruction_reads_is_named).needs(Need::Host),
        test!(a_number_that_the_guest_asked_for_is_named).needs(Need::Host),
        test!(a_program_with_one_thread_repeats_whatever_it_reads).needs(Need::Host),
        test!(every_guest_sees_four_cpus).needs(Need::Host),
        test!(the_cpus_that_a_guest_sets_it_gets_back).needs(Need::Host),
        test!(the_cpus_that_an_x86_64_guest_sets_it_gets_back)
            .needs(Need::Target(Arch::X86_64))
            .needs(Need::Qemu7),
    ];
    for target in targets() {
        let name = format!("{}::one_seed_tells_one_time::{target}", module_path!());
        let test = Test::new(&name, move || one_seed_tells_one_time(target));
        tests.push(test.needs(Need::Host).needs(Need::Repeats(target)));
    }
    tests
}
