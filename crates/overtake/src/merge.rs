//! `overtake merge`: several results of `overtake matrix` as one.

mod files;
mod fold;

use crate::cli::MergeArgs;
use crate::error::Error;
use crate::matrix;
use crate::output::Output;
use fold::{Part, Seeds, merged};

/// `overtake merge`.
pub fn run(args: &MergeArgs) -> Result<u8, Error> {
    let files = files::find(&args.results)?;
    let mut parts = Vec::new();
    for file in &files {
        let rows = files::read(file)?.into_iter();
        parts.extend(rows.map(|row| Part { file, row }));
    }
    let wanted = args.seeds.map(|seeds| Seeds::new(args.first_seed, seeds));
    let (asked, rows) = merged(&parts, wanted)?;
    matrix::print(args.format, &asked, &rows, Output::Standard)
}
