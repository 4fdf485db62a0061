//! Options of `overtake litmus`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SeriesArgs;

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
the table, `without_load_buffering`, those of them that need no store before an earlier load, and
`sequentially_consistent`, those of them that interleaving gives. The file's name is the
architecture's (`AArch64.json`), unless the registers in it tell.

Exit status: 0 if all tests ran, whatever was observed. 10 if an outcome was seen that the
verdicts forbid. Otherwise that of the first error: 86 for a test that cannot be run, others:
`overtake exit-codes`.";

/// Options of `overtake litmus`.
#[derive(Debug, Args)]
pub struct LitmusArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub series: SeriesArgs,

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
