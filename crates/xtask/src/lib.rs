//! `cargo xtask` runs the tasks of a developer and of CI: set-up, build, checks, tests, and the
//! matrix.
//!
//! In: a task on the command line. Out: what the task builds, writes or prints, and an exit code.
//! Never knows: how a run works, which memory model an architecture has, or what a test checks.
//!
//! Messages of xtask go to stderr, so the stdout of `cargo xtask repro --format json` is that of
//! `overtake matrix`.
//!
//! # Exit codes
//!
//! | code | meaning |
//! |---|---|
//! | 0 | success |
//! | 1 | `tidy` has findings, no test was run, too many tests were skipped, or a file could not be read or written |
//! | 2 | wrong usage |
//! | 69 | this machine cannot be set up by `cargo xtask setup`; the message says what is missing |
//! | other | the exit code of the command that failed (cargo: 101), or of `overtake matrix` |

#![forbid(unsafe_code)]

pub mod build;
pub mod command;
pub mod error;
pub mod packages;
pub mod repro;
pub mod setup;
pub mod test;
pub mod tidy;
pub mod workflows;
pub mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use build::Guests;
use error::Error;
use setup::Purpose;
use workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install missing programs on this machine: QEMU, cross compilers, Rust targets
    Setup {
        /// Install only what is needed to run guests that were built elsewhere, on any processor
        #[arg(long)]
        given_guests: bool,
    },
    /// Build the command, the plugin and the guests, and lay out `target/overtake`
    Build {
        /// Build no guests: use those from another machine in `target/overtake/guests`
        #[arg(long)]
        given_guests: bool,
        /// Do not build the command: the tests build their own
        #[arg(long)]
        without_command: bool,
    },
    /// Set up, build, and run `overtake matrix`
    Repro {
        /// Arguments for `overtake matrix`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Set up, build, and run every check and test
    Test {
        /// Build no guests: use those from another machine in `target/overtake/guests`
        #[arg(long)]
        given_guests: bool,
        /// Do not run the checks of `cargo xtask check`
        #[arg(long)]
        without_checks: bool,
        /// Arguments for the test runner (cargo-nextest if it is installed, else `cargo test`)
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run the checks: formatting, lints, documentation and `tidy`
    Check,
    /// Write the GitHub workflows from the table of targets
    Workflows,
    /// Check rules that the compiler does not: documents, licences, use of `unsafe`, import circles
    Tidy,
}

/// Runs the task that the command line names.
#[must_use]
pub fn main() -> ExitCode {
    let task = Cli::parse().task;
    match run(task) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(task: Task) -> Result<u8, Error> {
    match task {
        Task::Setup { given_guests } => setup::run(match given_guests {
            true => Purpose::GivenGuests,
            false => Purpose::Everything,
        })
        .map(|()| 0),
        Task::Build {
            given_guests,
            without_command,
        } => {
            let workspace = Workspace::find()?;
            build::home(&workspace, guests(given_guests))?;
            if !without_command {
                build::overtake(&workspace)?;
            }
            Ok(0)
        }
        Task::Repro { args } => repro::run(&args),
        Task::Test {
            given_guests,
            without_checks,
            args,
        } => test::run(test::TestOptions {
            guests: guests(given_guests),
            without_checks,
            args: &args,
        })
        .map(|()| 0),
        Task::Check => test::check().map(|()| 0),
        Task::Workflows => workflows::run(&Workspace::find()?).map(|()| 0),
        Task::Tidy => tidy::run(Workspace::find()?.root()).map(|()| 0),
    }
}

fn guests(given: bool) -> Guests {
    if given { Guests::Given } else { Guests::Built }
}
