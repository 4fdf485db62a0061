//! The same seed gives the same output and the same hash of instructions and accesses, on any number of cores.
//!
//! `OVERTAKE_TEST_RUNS=100` sets the number of repetitions; the default is 3.

use crate::support::need::Need;
use crate::support::test::Test;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{folder, home, overtake_at_home, targets};
use arch::Arch;
use assert_cmd::Command;
use emulator::home::Home;
use emulator::plugin_api::PluginApi;
use emulator::target::Target as _;
use ring_race::scenario::GUEST;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// A run of the ring with its hash.
fn ring(target: Arch, seed: u64) -> Command {
    let mut command = overtake_at_home();
    command
        .args([
            "run",
            "--trace-hash",
            "--events",
            "500",
            "--target",
            target.name(),
        ])
        .args(["--seed", &seed.to_string()]);
    command
}

/// What a run says: standard output, and the line of standard error with the hash.
fn said(command: &mut Command) -> (String, String) {
    let output = command.output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("trace hash"), "{errors}");
    (String::from_utf8_lossy(&output.stdout).into_owned(), errors)
}

fn run(target: Arch, seed: u64) -> (String, String) {
    said(&mut ring(target, seed))
}

/// Calls `f` on a thread that, with all that it starts, has one processor.
fn on_one_core<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    let pinned = || {
        let all = sched_getaffinity(None).expect("it can be asked");
        let first = (0..CpuSet::MAX_CPU)
            .find(|cpu| all.is_set(*cpu))
            .expect("there is one");
        let mut one = CpuSet::new();
        one.set(first);
        sched_setaffinity(None, &one).expect("fewer are always allowed");
        f()
    };
    std::thread::scope(|scope| scope.spawn(pinned).join().expect("it does not panic"))
}

fn one_seed_gives_one_run(target: Arch) {
    let runs = std::env::var("OVERTAKE_TEST_RUNS");
    let runs = runs.map_or(3, |runs| {
        runs.parse().expect("OVERTAKE_TEST_RUNS is a number")
    });
    let mut seen: BTreeSet<_> = (0..runs).map(|_| run(target, 7)).collect();
    seen.extend(on_one_core(|| {
        (0..runs).map(|_| run(target, 7)).collect::<Vec<_>>()
    }));
    assert_eq!(seen.len(), 1, "{target}: {seen:#?}");
}

/// A guest can read its own path, and does before `main`: glibc reads `/proc/self/maps`.
fn where_the_guest_lies_does_not_matter(target: Arch) {
    let folder = folder();
    let elsewhere = folder.path().join("a folder with a long name").join("home");
    let guest = Home::find(Some(&home()))
        .guest(target, &GUEST)
        .expect("built");
    let copy = elsewhere.join("guests").join(target.name());
    fs::create_dir_all(&copy).expect("writable");
    fs::copy(&guest, copy.join(guest.file_name().expect("a file"))).expect("writable");
    for api in PluginApi::ALL {
        let (name, home) = (api.file_name(), home());
        fs::copy(home.join(name), elsewhere.join(name)).expect("writable");
    }
    let hash = |said: (String, String)| {
        let line = said.1.lines().next().unwrap_or_default().to_owned();
        line.split("trace hash ").nth(1).map(str::to_owned)
    };
    let mut moved = ring(target, 7);
    moved.env("OVERTAKE_HOME", &elsewhere);
    assert_eq!(hash(said(&mut moved)), hash(run(target, 7)), "{target}");
}

fn another_seed_gives_another_run(target: Arch) {
    let seen: BTreeSet<_> = [1, 2, u64::MAX].map(|seed| run(target, seed).1).into();
    assert_eq!(seen.len(), 3, "{target}: {seen:#?}");
}

/// `cargo test` sets this variable, a shell does not; it must not move the guest's stack.
fn surroundings_do_not_matter_to_the_ring(target: Arch) {
    let mut elsewhere = ring(target, 3);
    elsewhere
        .env(
            "LD_LIBRARY_PATH",
            "/nonexistent/and/long/enough/to/move/a/stack",
        )
        .env("SOME_VARIABLE", "of no interest");
    assert_eq!(said(&mut elsewhere), run(target, 3), "{target}");
}

/// A shell sets this variable to the path of the command, however that is written.
fn how_the_command_is_written_does_not_matter(target: Arch) {
    let run = |path: &str| {
        let mut command = overtake_at_home();
        let guest = home().join("guests").join(target.name()).join("alone");
        command.args(["run", "--trace-hash", "--"]).arg(guest);
        said(command.args(["hash", "10", "beside"]).env("_", path)).1
    };
    assert_eq!(run("overtake"), run("/a/long/path/of/the/command/overtake"));
}

/// The trace hash of a run, in an environment that is this much longer.
fn hash_of(program: &Path, words: &[&str], longer: usize) -> String {
    let mut command = overtake_at_home();
    command.args(["run", "--trace-hash", "--"]).arg(program);
    command.args(words);
    for number in 0..longer / 100 {
        command.env(format!("LONGER_{number}"), "x".repeat(100));
    }
    let said = said(&mut command).1;
    let hash = said.split("trace hash ").nth(1).expect("a hash");
    hash[..16].to_owned()
}

/// Threads that allocate, format and lock.
const THREADS: &str = r#"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long total;

static void *work(void *argument) {
    char text[64];
    for (int i = 0; i < 50; i++) {
        char *block = malloc(100 + i);
        memset(block, i, 100);
        snprintf(text, sizeof text, "%d", i);
        pthread_mutex_lock(&mutex);
        total += block[i] + text[0] + (long)argument;
        pthread_mutex_unlock(&mutex);
        free(block);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    for (long i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
"#;

/// An ordinary program: position-independent, with the system's C library.
fn compiled(target: Arch, folder: &Path) -> PathBuf {
    let source = folder.join("threads.c");
    fs::write(&source, THREADS).expect("writable");
    let program = folder.join("threads");
    let mut compiler = std::process::Command::new(target.cross_compiler());
    compiler.args(["-O1", "-pthread", "-o"]).arg(&program);
    let status = compiler.arg(&source).status().expect("it starts");
    assert!(status.success(), "{target}: {status}");
    program
}

/// Neither the length of the program's path nor that of the environment decides an address.
fn lengths_do_not_matter(target: Arch) {
    let folder = folder();
    let program = compiled(target, folder.path());
    let elsewhere = folder
        .path()
        .join("a folder with a name that is long".repeat(3));
    fs::create_dir(&elsewhere).expect("writable");
    let copy = elsewhere.join("threads");
    fs::copy(&program, &copy).expect("writable");
    let run = |longer| [&program, &copy].map(|path| hash_of(path, &[], longer));
    let mut seen = BTreeSet::from_iter([0, 100, 5000].map(run).concat());
    seen.extend(on_one_core(|| run(200)));
    assert_eq!(seen.len(), 1, "{target}: {seen:#?}");
}

/// A statically linked program, in environments of several lengths.
fn environment_does_not_matter(target: Arch) {
    let guest = home().join("guests").join(target.name()).join("alone");
    let run = |longer| hash_of(&guest, &["hash", "10", "beside"], longer);
    let seen = BTreeSet::from([0, 100, 5000].map(run));
    assert_eq!(seen.len(), 1, "{target}: {seen:#?}");
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    let of_each_target = [
        (
            concat!(module_path!(), "::one_seed_gives_one_run"),
            one_seed_gives_one_run as fn(Arch),
        ),
        (
            concat!(module_path!(), "::where_the_guest_lies_does_not_matter"),
            where_the_guest_lies_does_not_matter as fn(Arch),
        ),
        (
            concat!(module_path!(), "::another_seed_gives_another_run"),
            another_seed_gives_another_run as fn(Arch),
        ),
        (
            concat!(module_path!(), "::surroundings_do_not_matter_to_the_ring"),
            surroundings_do_not_matter_to_the_ring as fn(Arch),
        ),
        (
            concat!(module_path!(), "::environment_does_not_matter"),
            environment_does_not_matter as fn(Arch),
        ),
        (
            concat!(
                module_path!(),
                "::how_the_command_is_written_does_not_matter"
            ),
            how_the_command_is_written_does_not_matter as fn(Arch),
        ),
    ];
    let mut tests = Vec::new();
    for target in targets() {
        let name = concat!(module_path!(), "::lengths_do_not_matter");
        let test = Test::new(&format!("{name}::{target}"), move || {
            lengths_do_not_matter(target)
        });
        let test = test.needs(Need::CrossCompiler(target));
        tests.push(test.needs(Need::Repeats(target)));
    }
    for (name, run) in of_each_target {
        for target in targets() {
            let test = Test::new(&format!("{name}::{target}"), move || run(target));
            tests.push(test.needs(Need::Repeats(target)));
        }
    }
    tests
}
