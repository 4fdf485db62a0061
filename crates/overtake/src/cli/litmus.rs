//! Options of `overtake litmus`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::PlaceArgs;
use crate::emulation::Model;
use crate::scenario::Scenario;

pub const EXAMPLES: &str = "\
Examples:
  A test, with 10 seeds of 1000 iterations each:
      overtake litmus MP.litmus
  Many tests, a line each:
      overtake litmus --format line tests/*.litmus
  Are all outcomes allowed, and which allowed ones were not reached?
      overtake litmus --format none --verdicts AArch64.json --missing AArch64/*.litmus

A file of verdicts is a JSON object: for the name of each test an object with `allowed`, an array
of all final states that the architecture allows (`1:X1=1; x=2`), and perhaps `shape`, the row of
the table, and `without_load_buffering`, those of them that need no store before an earlier load.
Its name is the architecture's (`AArch64.json`), unless the registers in it tell.

Exit status: 0 if all tests ran, whatever was observed. 10 if an outcome was seen that the
verdicts forbid. Otherwise that of the first error: 86 for a test that cannot be run, others:
`overtake exit-codes`.";

/// Options of `overtake litmus`.
#[derive(Debug, Args)]
pub struct LitmusArgs {
    /// Seeds to try with each test
    #[arg(long, value_name = "NUMBER", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// The first of the seeds; the others follow
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub first_seed: u64,

    /// Iterations with each seed
    #[arg(long, value_name = "NUMBER", default_value_t = 1000,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub iterations: u64,

    /// Memory model: `weak` is the architecture's, `none` is plain QEMU
    #[arg(long, value_enum, default_value_t = Model::Weak,
        hide_possible_values = true, value_name = "weak|none")]
    pub model: Model,

    /// Form of the result: for people, a line for each test, one array of objects, or nothing
    /// (for `--verdicts`)
    #[arg(long, value_enum, default_value_t = LitmusFormat::Text,
        hide_possible_values = true, value_name = "text|line|json|none")]
    pub format: LitmusFormat,

    /// Hold the outcomes against a file of verdicts; may be repeated
    #[arg(long, value_name = "FILE")]
    pub verdicts: Vec<PathBuf>,

    /// List the allowed outcomes that were not reached
    #[arg(long, requires = "verdicts")]
    pub missing: bool,

    /// Guest instructions after which a run is ended; 0: no limit [default: by the number of
    /// iterations]
    #[arg(long, value_name = "INSTRUCTIONS")]
    pub budget: Option<u64>,

    /// Seconds after which a run is ended as a last resort; 0: no limit
    #[arg(long, value_name = "SECONDS", default_value_t = Scenario::TIMEOUT)]
    pub timeout: u64,

    /// Runs at the same time [default: one for each core]; the result does not depend on it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub jobs: Option<u64>,

    /// Compare the model with memory at every hand-off; slow, finds defects of overtake
    #[arg(long)]
    pub check: bool,

    /// Pass an option on to the plugin as it is; may be repeated
    #[arg(long, value_name = "KEY=VALUE", hide_short_help = true)]
    pub plugin_option: Vec<String>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub place: PlaceArgs,

    /// Tests
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// Form of the results of litmus tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LitmusFormat {
    /// A histogram and what it means, for people.
    Text,
    /// One line for each test.
    Line,
    /// One array of objects.
    Json,
    /// Nothing.
    None,
}
