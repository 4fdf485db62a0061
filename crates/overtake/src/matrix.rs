//! `overtake matrix`: shows which variant of the ring gives a stale read on which target.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use ring_race::cell::Emulated;
use ring_race::plan::Plan;
use ring_race::request::Request;
use ring_race::row::Row;
use ring_race::runner::Runner;
use ring_race::scenario::Scenario;
use ring_race::verdict::Verdict;

use crate::args::jobs::jobs;
use crate::args::names::{targets, variants};
use crate::args::place::PlaceArgs;
use crate::args::strategy::StrategyArgs;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::Output;
use crate::progress::bar;
use crate::rows;

pub const EXAMPLES: &str = "\
Examples:
  Every variant on every target, 10 seeds each:
      overtake matrix
  One variant on two targets, 100 seeds, as JSON:
      overtake matrix --targets aarch64,x86_64 --variants relaxed-tail --seeds 100 --format json
  Seeds 11 to 20, to merge with other results later:
      overtake matrix --first-seed 11 --seeds 10 --format json --output 11.json

Exit status: 0 if every cell is as expected: no stale read where the variant is sound, under plain
QEMU, and on x86_64; at least one seed with a stale read everywhere else. 10 if a stale read occurs
where none may, 11 if none occurs where one is expected, others: `overtake exit-codes`.";

/// Options of `overtake matrix`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Targets, separated by commas [default: all]
    #[arg(long, value_name = "TARGETS", value_delimiter = ',')]
    pub targets: Vec<String>,

    /// Variants of the ring, separated by commas [default: all]
    #[arg(long, value_name = "VARIANTS", value_delimiter = ',')]
    pub variants: Vec<String>,

    /// Emulations, separated by commas: plain (QEMU without the plugin), weak [default: both]
    #[arg(
        long,
        value_name = "EMULATIONS",
        value_delimiter = ',',
        value_parser = emulated(),
        hide_possible_values = true
    )]
    pub emulations: Vec<Emulated>,

    /// Number of seeds to try in each cell
    #[arg(long, value_name = "NUMBER", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// First seed; the others follow it
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub first_seed: u64,

    /// Number of events that go through the ring in each run
    #[arg(long, value_name = "NUMBER", default_value_t = Scenario::EVENTS,
        value_parser = clap::value_parser!(u64).range(..=Scenario::MOST_EVENTS))]
    pub events: u64,

    /// Number of slots in the ring, one of which stays empty
    #[arg(long, value_name = "NUMBER", default_value_t = Scenario::SLOTS,
        value_parser = clap::value_parser!(u32).range(..=Scenario::MOST_SLOTS))]
    pub slots: u32,

    /// Stop a run after this many guest instructions; 0: no limit [default: depends on --events]
    #[arg(long, value_name = "INSTRUCTIONS")]
    pub budget: Option<u64>,

    /// Stop a run after this many seconds, as a last resort (not reproducible); 0: no limit
    #[arg(long, value_name = "SECONDS", default_value_t = Scenario::TIMEOUT)]
    pub timeout: u64,

    /// Number of concurrent runs; does not change the result [default: one for each core]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub jobs: Option<u64>,

    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Table,
        hide_possible_values = true, value_name = "table|json")]
    pub format: Format,

    /// Write the result to this file (complete or not at all) instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    pub strategy: StrategyArgs,

    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Form of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    #[value(alias = "text")]
    Table,
    /// One array of objects, as `overtake merge` takes it.
    Json,
}

/// Reads how a cell's runs are emulated.
fn emulated() -> impl TypedValueParser<Value = Emulated> {
    PossibleValuesParser::new(Emulated::ALL.map(Emulated::name)).map(|name| {
        let mut all = Emulated::ALL.into_iter();
        all.find(|one| one.name() == name)
            .expect("one of the names")
    })
}

/// `overtake matrix`.
pub fn run(args: &Args) -> Result<u8, Error> {
    let plan = plan(args)?;
    let output = Output::to(args.output.as_deref())?;
    let runner = Runner::new(&plan, args.place.find())?;
    let rows = run_all(&runner, &plan.request, jobs(args.jobs))?;
    print(
        args.format,
        &plan.request,
        &rows,
        args.place.again(),
        output,
    )
}

fn plan(args: &Args) -> Result<Plan, Error> {
    let request = Request {
        targets: targets(&args.targets)?,
        variants: variants(&args.variants)?,
        emulations: Emulated::ALL
            .into_iter()
            .filter(|one| args.emulations.is_empty() || args.emulations.contains(one))
            .collect(),
        seeds: args.seeds,
        from_seed: args.first_seed,
        events: args.events,
        slots: args.slots,
        strategy: args.strategy.strategy,
    };
    Ok(Plan::new(request, args.budget, args.timeout)?)
}

/// Runs all cells, with a progress bar.
pub fn run_all(runner: &Runner<'_>, request: &Request, jobs: usize) -> Result<Vec<Row>, Error> {
    let progress = bar(request.cells().len() as u64 * request.seeds, "runs");
    let rows = runner.rows(jobs, || progress.inc(1));
    // Cleared, so that an error does not appear below a stale bar.
    progress.finish_and_clear();
    Ok(rows?)
}

/// Prints the matrix, and returns its verdict as the exit status. `home` is the option that selects the same
/// home in printed commands.
pub fn print(
    format: Format,
    request: &Request,
    rows: &[Row],
    home: Option<(&'static str, String)>,
    output: Output,
) -> Result<u8, Error> {
    match format {
        Format::Table => output.write(&rows::table(request, rows, home))?,
        Format::Json => {
            output.write(&rows::json(rows))?;
            anstream::eprint!("{}", rows::verdict(rows));
        }
    }
    Ok(exit_code(rows).code())
}

/// The verdict on the whole matrix, as an exit code.
pub fn exit_code(rows: &[Row]) -> ExitCode {
    match Verdict::of(rows) {
        Verdict::AsExpected => ExitCode::Success,
        Verdict::Forbidden => ExitCode::Forbidden,
        Verdict::NotExposed => ExitCode::NotExposed,
    }
}
