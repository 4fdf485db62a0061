//! Options of `overtake replay` and `overtake explain`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::GuestArgs;

pub const REPLAY_EXAMPLES: &str = "\
Examples:
  A run that was recorded:
      overtake run --seed 7 --record failed.schedule -- ./program
      overtake replay failed.schedule
  The run of a seed:
      overtake replay 7 -- ./program

The exit status is that of `overtake run`.";

pub const EXAMPLES: &str = "\
Examples:
  Why does the ring of the design card give stale events on Arm?
      overtake explain --target aarch64 --variant relaxed-tail
  Why does a program fail, and what would mend it?
      overtake explain -- ./program --its-option
  The failure of a seed, as a page to attach to an issue:
      overtake explain --seed 7 --format html --output why.html -- ./program
  A recorded failure, and the shrunken schedule for others:
      overtake explain --from failed.schedule --schedule small.schedule

Exit status: 0 if a failure was found and explained, 11 if no seed failed, others:
`overtake exit-codes`.";

/// Options of `overtake replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Seed, or file with a schedule
    #[arg(value_name = "SEED|FILE")]
    pub what: String,

    /// Say nothing of what was tested; errors are still said
    #[arg(long, short)]
    pub quiet: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub guest: GuestArgs,
}

/// How a failure is known.
#[derive(Debug, Clone, Default, Args)]
pub struct WhenArgs {
    /// The program has failed unless a line of its output contains this [default: it has failed when
    /// its exit status is not 0, when a signal or a panic ended it, when a marked check failed, or when it
    /// does not end]
    #[arg(long, value_name = "TEXT")]
    pub expect: Option<String>,

    /// The program has failed if a line of its output contains this
    #[arg(long, value_name = "TEXT", conflicts_with = "expect")]
    pub fail_on: Option<String>,
}

/// Options of `overtake explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Seed whose run failed [default: the first that fails]
    #[arg(long, value_name = "NUMBER", conflicts_with = "from")]
    pub seed: Option<u64>,

    /// Schedule of a run that failed
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,

    /// Seeds to try in search of a failure
    #[arg(long, value_name = "NUMBER", default_value_t = 100,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// Seeds with which each cure is tried, besides the failing run
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    pub cure_seeds: u64,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub when: WhenArgs,

    /// Write the shrunken schedule into this file
    #[arg(long, value_name = "FILE")]
    pub schedule: Option<PathBuf>,

    /// Form of the result
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text,
        hide_possible_values = true, value_name = "text|json|svg|html")]
    pub format: ExplainFormat,

    /// Write the result into this file, whole or not at all, instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub guest: GuestArgs,
}

/// Form of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For a terminal.
    Text,
    /// One object, for programs.
    Json,
    /// A picture.
    Svg,
    /// A page with the picture, without outside resources.
    Html,
}
