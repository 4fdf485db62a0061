//! Options of `overtake report`.

use std::path::PathBuf;

use clap::Args;

use super::{PlaceArgs, StrategyArgs};
use crate::scenario::Scenario;

pub const EXAMPLES: &str = "\
Examples:
  Everything, as overtake-report.html:
      overtake report
  Two targets, one variant, into another file:
      overtake report --targets aarch64,x86_64 --variants relaxed-tail --output ring.html
  Ten seeds in each cell as `overtake matrix` has, and no witnesses:
      overtake report --seeds 10 --events 2000 --no-witnesses

Exit status: 0 if the page was written and every cell of the matrix is as the architectures say.
10 if there is a stale read where there must be none, 11 if one is missing: the page is written,
and says so. Others, without a page: `overtake exit-codes`.";

/// Options of `overtake report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Targets, separated by commas [default: all]
    #[arg(long, value_name = "TARGETS", value_delimiter = ',')]
    pub targets: Vec<String>,

    /// Variants of the ring, separated by commas [default: all]
    #[arg(long, value_name = "VARIANTS", value_delimiter = ',')]
    pub variants: Vec<String>,

    /// Seeds to try in each cell of the matrix
    #[arg(long, value_name = "NUMBER", default_value_t = 3,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// Events that go through the ring in each run
    #[arg(long, value_name = "NUMBER", default_value_t = 500,
        value_parser = clap::value_parser!(u64).range(..=Scenario::MOST_EVENTS))]
    pub events: u64,

    /// Leave out the witnesses, which take the longest
    #[arg(long)]
    pub no_witnesses: bool,

    /// Runs at the same time [default: one for each core]; the page does not depend on it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub jobs: Option<u64>,

    /// Write the page into this file, whole or not at all
    #[arg(long, value_name = "FILE", default_value = "overtake-report.html")]
    pub output: PathBuf,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub strategy: StrategyArgs,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub place: PlaceArgs,
}
