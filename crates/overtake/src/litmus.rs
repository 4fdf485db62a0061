//! `overtake litmus`: runs litmus tests as guests and prints their outcomes.

mod show;

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ValueEnum;
use litmus_runner::runner::Runner;
use litmus_runner::tally::compared;
use litmus_runner::task::Task;
use litmus_runner::verdicts::Verdicts;

use crate::args::series::SeriesArgs;
use crate::error::Error;
use crate::series::{results, status};
use crate::tally;

pub const EXAMPLES: &str = "\
Examples:
  Run a test with 10 seeds of 1000 iterations each:
      overtake litmus MP.litmus
  Run many tests, and print a line for each:
      overtake litmus --format line tests/*.litmus
  Check that all outcomes are allowed, and list the allowed ones that were not reached:
      overtake litmus --format none --verdicts AArch64.json --missing AArch64/*.litmus

A file of verdicts is a JSON object. It maps the name of each test to an object with these keys:
  allowed                  array of all final states that the architecture allows (`1:X1=1; x=2`)
  shape                    optional: the row of the table
  without_load_buffering   optional: the allowed states that need no store before an earlier load
  sequentially_consistent  optional: the allowed states that an interleaving gives
The file is named after the architecture (`AArch64.json`), unless its register names identify it.

Exit status: 0 if all tests ran and no forbidden outcome was seen, 10 if one was. Otherwise that of
the first error: 86 for a test that cannot run, others: `overtake exit-codes`.";

/// Options of `overtake litmus`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub series: SeriesArgs,

    /// Form of the result: a histogram for each test, a line for each test, one JSON array, or nothing
    /// (useful with `--verdicts`)
    #[arg(long, value_enum, default_value_t = Format::Text,
        hide_possible_values = true, value_name = "text|line|json|none")]
    pub format: Format,

    /// Compare the outcomes with a file of verdicts; may be repeated
    #[arg(long, value_name = "FILE")]
    pub verdicts: Vec<PathBuf>,

    /// List the allowed outcomes that were not reached
    #[arg(long, requires = "verdicts")]
    pub missing: bool,

    /// Litmus tests to run
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// Form of the results of litmus tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A histogram and what it means, for people.
    Text,
    /// One line for each test.
    Line,
    /// One array of objects.
    Json,
    /// Nothing.
    None,
}

/// `overtake litmus`.
pub fn run(args: &Args) -> Result<u8, Error> {
    let verdicts = Verdicts::read(&args.verdicts)?;
    let tasks: Vec<Task> = args.files.iter().map(|file| Task::read(file)).collect();
    let series = args.series.series();
    let runner = Runner::new(&series, args.series.place.find(), &tasks)?;
    let results = results(&runner, tasks)?;

    let conformance = compared(&verdicts, &results);
    let model = runner.model()?;
    let done = results.iter().flatten();
    match args.format {
        Format::Text => show::text(done),
        Format::Line => show::lines(done),
        Format::Json => show::json(done, &model),
        Format::None => Ok(()),
    }
    .map_err(Error::output)?;
    if !args.verdicts.is_empty() {
        let text = tally::text(&conformance, args.missing);
        print(&text, args.format).map_err(Error::output)?;
    }
    Ok(status(&conformance, &results))
}

/// Prints the table of verdicts: to standard error if standard output has JSON.
fn print(text: &str, format: Format) -> io::Result<()> {
    if format == Format::Json {
        anstream::eprint!("{text}");
        return Ok(());
    }
    let mut out = anstream::stdout().lock();
    write!(out, "{text}")?;
    out.flush()
}
