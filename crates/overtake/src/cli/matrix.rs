//! Options of `overtake matrix`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{PlaceArgs, StrategyArgs};
use crate::scenario::Scenario;

pub const EXAMPLES: &str = "\
Examples:
  Everything, 10 seeds each:
      overtake matrix
  Two targets, one variant, 100 seeds, for a program to read:
      overtake matrix --targets aarch64,x86_64 --variants relaxed-tail --seeds 100 --format json
  The seeds 11 to 20, to be merged with others:
      overtake matrix --first-seed 11 --seeds 10 --format json --output 11.json

Exit status: 0 if every cell is as the architectures say: no stale read where the ring is sound,
under plain QEMU, and on x86_64; at least one seed with a stale read elsewhere. 10 if there is a
stale read where there must be none, 11 if one is missing, others: `overtake exit-codes`.";

/// Options of `overtake matrix`.
#[derive(Debug, Args)]
pub struct MatrixArgs {
    /// Targets, separated by commas [default: all]
    #[arg(long, value_name = "TARGETS", value_delimiter = ',')]
    pub targets: Vec<String>,

    /// Variants of the ring, separated by commas [default: all]
    #[arg(long, value_name = "VARIANTS", value_delimiter = ',')]
    pub variants: Vec<String>,

    /// Emulations, separated by commas: plain (QEMU alone), weak [default: both]
    #[arg(
        long,
        value_name = "EMULATIONS",
        value_delimiter = ',',
        value_enum,
        hide_possible_values = true
    )]
    pub emulations: Vec<crate::matrix::Emulated>,

    /// Seeds to try in each cell
    #[arg(long, value_name = "NUMBER", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// The first of the seeds; the others follow
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub first_seed: u64,

    /// Events that go through the ring in each run
    #[arg(long, value_name = "NUMBER", default_value_t = Scenario::EVENTS,
        value_parser = clap::value_parser!(u64).range(..=Scenario::MOST_EVENTS))]
    pub events: u64,

    /// Slots of the ring, one of which stays empty
    #[arg(long, value_name = "NUMBER", default_value_t = Scenario::SLOTS,
        value_parser = clap::value_parser!(u32).range(..=Scenario::MOST_SLOTS))]
    pub slots: u32,

    /// Guest instructions after which a run is ended; 0: no limit [default: by the number of
    /// events]
    #[arg(long, value_name = "INSTRUCTIONS")]
    pub budget: Option<u64>,

    /// Seconds after which a run is ended as a last resort; 0: no limit
    #[arg(long, value_name = "SECONDS", default_value_t = Scenario::TIMEOUT)]
    pub timeout: u64,

    /// Runs at the same time [default: one for each core]; the result does not depend on it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub jobs: Option<u64>,

    /// Form of the result
    #[arg(long, value_enum, default_value_t = MatrixFormat::Table,
        hide_possible_values = true, value_name = "table|json")]
    pub format: MatrixFormat,

    /// Write the result into this file, whole or not at all, instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub strategy: StrategyArgs,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub place: PlaceArgs,
}

/// Form of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MatrixFormat {
    /// A table for people.
    #[value(alias = "text")]
    Table,
    /// One array of objects, as `overtake merge` takes it.
    Json,
}
