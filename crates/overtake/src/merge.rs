//! `overtake merge`: merges several results of `overtake matrix` into one.

use std::path::PathBuf;

use ring_race::merge::{Part, merged};
use ring_race::result_files;
use ring_race::seeds::Seeds;

use crate::error::Error;
use crate::matrix::{self, Format};
use crate::output::Output;

pub const EXAMPLES: &str = "\
Examples:
  Merge two halves, made on two machines:
      overtake matrix --seeds 50 --format json --output 1.json
      overtake matrix --first-seed 51 --seeds 50 --format json --output 2.json
      overtake merge 1.json 2.json
  Merge all results in a folder, which must contain seeds 1 to 100 of each cell:
      overtake merge --seeds 100 results

Exit status: that of `overtake matrix` over all seeds (0, 10 or 11), or 90 to 92 if the results
cannot be merged, see `overtake exit-codes`.";

/// Options of `overtake merge`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Results of `overtake matrix --format json`, or folders that contain them (`*.json`)
    #[arg(value_name = "FILE|FOLDER", required = true)]
    pub results: Vec<PathBuf>,

    /// Number of seeds that the results must contain [default: from the first one found to the last]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: Option<u64>,

    /// First seed that the results must contain
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "seeds")]
    pub first_seed: u64,

    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Table,
        hide_possible_values = true, value_name = "table|json")]
    pub format: Format,
}

/// `overtake merge`.
pub fn run(args: &Args) -> Result<u8, Error> {
    let files = result_files::find(&args.results)?;
    let mut parts = Vec::new();
    for file in &files {
        let rows = result_files::read(file)?.into_iter();
        parts.extend(rows.map(|row| Part { file, row }));
    }
    let wanted = args.seeds.map(|seeds| Seeds::new(args.first_seed, seeds));
    let (request, rows) = merged(&parts, wanted)?;
    matrix::print(args.format, &request, &rows, None, Output::Standard)
}
