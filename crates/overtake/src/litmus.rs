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
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub series: SeriesArgs,

    /// Form of the result: for people, a line for each test, one array of objects, or nothing
    /// (for `--verdicts`)
    #[arg(long, value_enum, default_value_t = Format::Text,
        hide_possible_values = true, value_name = "text|line|json|none")]
    pub format: Format,

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

/// Prints the table of verdicts; beside JSON it goes to standard error.
fn print(text: &str, format: Format) -> io::Result<()> {
    if format == Format::Json {
        anstream::eprint!("{text}");
        return Ok(());
    }
    let mut out = anstream::stdout().lock();
    write!(out, "{text}")?;
    out.flush()
}
