//! `cargo xtask check` and `cargo xtask test`: the checks, and with them every test, one step after
//! the other.

use std::io::{self, IsTerminal};
use std::process::Command;
use std::time::Instant;

use crate::build::{self, Guests};
use crate::command::{self, Stream};
use crate::error::Error;
use crate::setup::{self, Purpose};
use crate::tidy;
use crate::workspace::Workspace;

/// The checks that run nothing of the project but xtask. The first one that fails ends it.
pub fn check() -> Result<(), Error> {
    let start = Instant::now();
    step("setup", || setup::run(Purpose::Checks))?;
    checks(&Workspace::find()?)?;
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("check: nothing was found in {seconds:.1} s");
    Ok(())
}

/// What `cargo xtask test` is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Where the guests come from.
    pub guests: Guests,
    /// Whether the checks were made elsewhere.
    pub without_checks: bool,
    /// What the test runner is told.
    pub args: &'a [String],
}

/// Runs every step. The first one that fails ends it.
pub fn run(asked: Asked) -> Result<(), Error> {
    let start = Instant::now();
    step("setup", || setup::run(Purpose::Everything))?;
    let workspace = Workspace::find()?;
    step("build", || build::home(&workspace, asked.guests))?;
    if !asked.without_checks {
        checks(&workspace)?;
    }
    let cargo = |args: &[&str]| cargo(&workspace, args);
    let tests = step("tests", || tests(cargo, asked.args))?;
    let doc_tests = step("doc tests", || {
        libtest(&mut cargo(&["test", "--workspace", "--doc"]))
    })?;
    eprintln!(
        "test: {tests} tests and {doc_tests} doc tests passed in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

fn cargo(workspace: &Workspace, args: &[&str]) -> Command {
    let mut cargo = command::cargo(workspace.root());
    // Absolute, since a relative one starts in the user's folder and not in the root.
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

/// Runs one step, with its name before it and its time behind it.
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

/// Everything but benchmarks, which are no tests.
const WHAT: [&str; 4] = ["--workspace", "--lib", "--bins", "--tests"];

/// Runs all tests but the doc tests; returns how many passed.
fn tests(cargo: impl Fn(&[&str]) -> Command, args: &[String]) -> Result<u64, Error> {
    let has_nextest = command::probe(&mut cargo(&["nextest", "--version"])).is_some();
    if !has_nextest {
        return libtest(cargo(&["test"]).args(WHAT).args(args));
    }
    let mut nextest = cargo(&["nextest", "run"]);
    nextest.args(WHAT);
    if io::stderr().is_terminal() {
        nextest.arg("--color=always");
    }
    let mut passed = 0;
    command::tee(nextest.args(args), Stream::Stderr, |line| {
        passed += passed_in_nextest(line).unwrap_or(0);
    })?;
    Ok(passed)
}

/// Runs `cargo test …`; returns how many tests passed.
fn libtest(command: &mut Command) -> Result<u64, Error> {
    let mut passed = 0;
    command::tee(command, Stream::Stdout, |line| {
        passed += passed_in_libtest(line).unwrap_or(0);
    })?;
    Ok(passed)
}

/// From `test result: ok. 8 passed; 0 failed; …`.
fn passed_in_libtest(line: &str) -> Option<u64> {
    let result = line.strip_prefix("test result: ")?;
    number_before(result, " passed")
}

/// From `     Summary [   0.010s] 3 tests run: 3 passed, 1 skipped`, which may have colours.
fn passed_in_nextest(line: &str) -> Option<u64> {
    let line = without_colours(line);
    let result = line.trim_start().strip_prefix("Summary ")?;
    number_before(result, " passed")
}

/// The number that stands right before `word`.
fn number_before(text: &str, word: &str) -> Option<u64> {
    let before = &text[..text.find(word)?];
    let start = before
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |i| i + 1);
    before[start..].parse().ok()
}

/// The text without the terminal's colour codes, `ESC [ … m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain += part.split_once('m').map_or(part, |(_, rest)| rest);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_passed() {
        let line = "test result: ok. 8 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(passed_in_libtest(line), Some(8));
        assert_eq!(passed_in_libtest("test setup::tests::x ... ok"), None);
        let line = "     Summary [   0.010s] 3 tests run: 3 passed (1 slow), 1 skipped";
        assert_eq!(passed_in_nextest(line), Some(3));
        let line = "\x1b[32;1m     Summary\x1b[0m [   0.010s] \x1b[1m30\x1b[0m tests run: \
                    \x1b[1m30\x1b[0m \x1b[32;1mpassed\x1b[0m, \x1b[1m0\x1b[0m skipped";
        assert_eq!(passed_in_nextest(line), Some(30));
        assert_eq!(passed_in_nextest("        PASS [   0.004s] xtask x"), None);
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
