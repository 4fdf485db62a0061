//! `cargo xtask check` runs the checks; `cargo xtask test` runs the checks and every test.

mod counts;
mod skipped;
mod text;

use std::io::{self, IsTerminal};
use std::process::Command;
use std::time::Instant;

use self::counts::Counts;
use crate::build::{self, Guests};
use crate::command::{self, Stream};
use crate::error::Error;
use crate::setup::{self, Purpose};
use crate::tidy;
use crate::workspace::Workspace;

/// Runs the checks, which run no guest. The first check that fails ends the task.
pub fn check() -> Result<(), Error> {
    let start = Instant::now();
    step("setup", || setup::run(Purpose::Checks))?;
    checks(&Workspace::find()?)?;
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("check: passed in {seconds:.1} s");
    Ok(())
}

/// The options of `cargo xtask test`.
#[derive(Debug, Clone, Copy)]
pub struct TestOptions<'a> {
    /// The origin of the guests.
    pub guests: Guests,
    /// Whether to leave out the checks.
    pub without_checks: bool,
    /// The arguments for the test runner.
    pub args: &'a [String],
}

/// Runs every step. The first step that fails ends the task, with two exceptions: after failed
/// tests, the doc tests still run, and all are counted; and with `--no-fail-fast` the tests run after a failed check.
pub fn run(options: TestOptions) -> Result<(), Error> {
    let start = Instant::now();
    step("setup", || setup::run(Purpose::Everything))?;
    let workspace = Workspace::find()?;
    step("build", || build::home(&workspace, options.guests))?;
    let checks = if options.without_checks {
        Ok(())
    } else {
        checks(&workspace)
    };
    if let Err(error) = &checks {
        if !options.args.iter().any(|arg| arg == "--no-fail-fast") {
            return checks;
        }
        eprintln!("error: {error}");
    }
    let mut counts = Counts::default();
    let tests = step("tests", || tests(&workspace, options.args, &mut counts));
    let doc_tests = match &tests {
        Err(_) if counts.failed == 0 => Ok(()),
        _ => step("doc tests", || {
            let mut doc_tests = cargo(&workspace, &["test", "--workspace", "--doc"]);
            libtest(doc_tests.arg("--no-fail-fast"), &mut counts)
        }),
    };
    let bound = skipped::check(&counts, workspace.root());
    eprintln!(
        "test: {} passed, {} failed, {} skipped in {:.1} s",
        counts.passed,
        counts.failed,
        counts.skipped.len(),
        start.elapsed().as_secs_f64()
    );
    checks.and(tests).and(doc_tests).and(bound)?;
    if counts.ran() == 0 {
        return Err(Error::NothingRan);
    }
    Ok(())
}

fn cargo(workspace: &Workspace, args: &[&str]) -> Command {
    let mut cargo = command::cargo(workspace.root());
    // The path is absolute, because cargo would resolve a relative one against the root.
    cargo
        .args(args)
        .env("CARGO_TARGET_DIR", workspace.target_dir());
    cargo
}

fn checks(workspace: &Workspace) -> Result<(), Error> {
    let cargo = |args: &[&str]| cargo(workspace, args);
    step("fmt", || {
        command::run(&mut cargo(&["fmt", "--all", "--check"]))
    })?;
    step("clippy", || {
        let args = ["clippy", "--workspace", "--all-targets"];
        command::run(cargo(&args).args(["--", "-D", "warnings"]))
    })?;
    step("doc", || {
        let mut doc = cargo(&["doc", "--workspace", "--no-deps"]);
        command::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    step("tidy", || tidy::run(workspace.root()))
}

/// Runs one step, and prints its name before and its time after.
fn step<T>(name: &'static str, run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    eprintln!("==> {name}");
    let start = Instant::now();
    let done = run().map_err(|source| Error::Step {
        name,
        source: Box::new(source),
    })?;
    eprintln!("==> {name}: ok, {:.1} s", start.elapsed().as_secs_f64());
    Ok(done)
}

/// All targets except benchmarks, which are not tests, and the tests for `cross`, which are tests of `overtake` too.
const WHAT: [&str; 5] = [
    "--workspace",
    "--exclude=cross-tests",
    "--lib",
    "--bins",
    "--tests",
];

/// Runs and counts all tests except the doc tests.
fn tests(workspace: &Workspace, args: &[String], counts: &mut Counts) -> Result<(), Error> {
    let cargo = |args: &[&str]| cargo(workspace, args);
    let has_nextest = command::probe(&mut cargo(&["nextest", "--version"])).is_some();
    if !has_nextest {
        return libtest(cargo(&["test"]).args(WHAT).args(args), counts);
    }
    let reasons = skipped::file_for_reasons(workspace)?;
    let mut nextest = cargo(&["nextest", "run"]);
    nextest.args(WHAT).env(skipped::REASONS, &reasons);
    if !args.iter().any(|arg| arg.starts_with("--status-level")) {
        nextest.arg("--status-level=skip");
    }
    if io::stderr().is_terminal() {
        nextest.arg("--color=always");
    }
    let mut counted = Counts::default();
    let done = command::tee(nextest.args(args), Stream::Stderr, |line| {
        counted.nextest_line(line);
    });
    skipped::find_reasons(&mut counted, &reasons, workspace.root())?;
    if has_filter(args) {
        // nextest also counts tests as skipped that the filter excludes.
        counted.skipped.retain(|_, reason| reason.is_some());
    }
    counts.add(counted);
    done
}

/// Whether the arguments for the test runner may exclude tests.
fn has_filter(args: &[String]) -> bool {
    let filters = [
        "--filter",
        "--partition",
        "--package",
        "--exclude",
        "--test",
    ];
    let may_be = |arg: &String| {
        !arg.starts_with("--") || filters.iter().any(|filter| arg.starts_with(filter))
    };
    args.iter().any(may_be)
}

/// Runs `cargo test …` and counts the tests.
fn libtest(command: &mut Command, counts: &mut Counts) -> Result<(), Error> {
    command::tee(command, Stream::Stdout, |line| counts.libtest_line(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_recognised() {
        let has =
            |args: &[&str]| has_filter(&args.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(!has(&[]) && !has(&["--no-fail-fast", "--retries=0"]));
        assert!(has(&["race::"]) && has(&["-E", "all()"]) && has(&["--partition=count:1/2"]));
    }

    #[test]
    fn a_failing_step_is_named_with_its_exit_code() {
        let fail = || command::run(Command::new("sh").args(["-c", "exit 3"]));
        let error = step("doc", fail).unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert_eq!(
            error.to_string(),
            "step `doc` failed with exit code 3: `sh -c 'exit 3'` failed: exit status: 3"
        );
    }
}
