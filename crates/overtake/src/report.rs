//! `overtake report`: writes the matrix and the evidence for it as a web page.

mod evidence;
mod verdict;
mod witness;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use ::witness::render::{self, Cell, Page, Table, Tone};
use aio_ring_buggy::Variant;
use arch::Arch;
use ring_race::cell::Emulated;
use ring_race::plan::Plan;
use ring_race::request::Request;
use ring_race::row::Row;
use ring_race::runner::Runner;
use ring_race::scenario::Scenario;

use crate::args::jobs::jobs;
use crate::args::names::{targets, variants};
use crate::args::place::PlaceArgs;
use crate::args::strategy::{self, StrategyArgs};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::matrix::{exit_code, run_all};
use crate::output::Output;
use crate::rows;
use evidence::evidence;
use witness::{Witness, witnesses};

pub const EXAMPLES: &str = "\
Examples:
  Every variant on every target, as overtake-report.html:
      overtake report
  One variant on two targets, in another file:
      overtake report --targets aarch64,x86_64 --variants relaxed-tail --output ring.html
  The same runs as `overtake matrix`, without witnesses:
      overtake report --seeds 10 --events 2000 --no-witnesses

Exit status: 0 if every cell of the matrix is as expected, 10 if a stale read occurs where none may,
11 if none occurs where one is expected. In these three cases the page is written. Others, without
a page: `overtake exit-codes`.";

/// Options of `overtake report`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Targets, separated by commas [default: all]
    #[arg(long, value_name = "TARGETS", value_delimiter = ',')]
    pub targets: Vec<String>,

    /// Variants of the ring, separated by commas [default: all]
    #[arg(long, value_name = "VARIANTS", value_delimiter = ',')]
    pub variants: Vec<String>,

    /// Number of seeds to try in each cell of the matrix
    #[arg(long, value_name = "NUMBER", default_value_t = 3,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// Number of events that go through the ring in each run
    #[arg(long, value_name = "NUMBER", default_value_t = 500,
        value_parser = clap::value_parser!(u64).range(..=Scenario::MOST_EVENTS))]
    pub events: u64,

    /// Omit the witnesses, which take most of the time
    #[arg(long)]
    pub no_witnesses: bool,

    /// Number of concurrent runs; does not change the page [default: one for each core]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub jobs: Option<u64>,

    /// Write the page to this file, complete or not at all
    #[arg(long, value_name = "FILE", default_value = "overtake-report.html")]
    pub output: PathBuf,

    #[command(flatten)]
    pub strategy: StrategyArgs,

    #[command(flatten)]
    pub place: PlaceArgs,
}

/// `overtake report`; returns the exit status.
pub fn run(args: &Args) -> Result<u8, Error> {
    let plan = plan(args)?;
    let output = Output::to(Some(&args.output))?;
    let runner = Runner::new(&plan, args.place.find())?;
    let jobs = jobs(args.jobs);
    let request = &plan.request;
    // Reads the machine code first, so that a missing guest is reported before the runs.
    let mut evidence = evidence(request, runner.home())?;
    let rows = run_all(&runner, request, jobs)?;
    for (variant, evidence) in request.variants.iter().zip(&mut evidence) {
        let own: Vec<_> = rows.iter().filter(|row| row.variant == *variant).collect();
        evidence.run = runs(&request.targets, &own);
    }
    let witnesses = if args.no_witnesses {
        Vec::new()
    } else {
        witnesses(
            &args.place,
            &args.strategy,
            &rows,
            runner.interrupts(),
            jobs,
        )?
    };
    let (names, stories) = witnesses
        .into_iter()
        .map(|Witness { name, story }| (name, story))
        .unzip();
    let page = Page {
        title: "A stale read in Linux\u{2019}s AIO ring".to_owned(),
        lead: lead(args, &rows),
        table: Some(table(request, &rows)),
        evidence,
        names,
        stories,
    };
    output.write(&render::html(&page))?;
    let verdict = exit_code(&rows);
    if verdict != ExitCode::Success {
        anstream::eprint!("{}", rows::verdict(&rows));
    }
    if std::io::stderr().is_terminal() {
        anstream::eprintln!("The page: {}", args.output.display());
    }
    Ok(verdict.code())
}

/// The matrix that is run.
fn plan(args: &Args) -> Result<Plan, Error> {
    let request = Request {
        targets: targets(&args.targets)?,
        variants: variants(&args.variants)?,
        emulations: Emulated::ALL.to_vec(),
        seeds: args.seeds,
        from_seed: 1,
        events: args.events,
        slots: Scenario::SLOTS,
        strategy: args.strategy.strategy,
    };
    Ok(Plan::new(request, None, Scenario::TIMEOUT)?)
}

/// What the page is about, and how it was made.
fn lead(args: &Args, rows: &[Row]) -> Vec<String> {
    let verdict = anstream::adapter::strip_str(&rows::verdict(rows)).to_string();
    vec![
        "In July 2003 Ken Chen reported a race in Linux\u{2019}s AIO ring: on a weakly ordered \
         machine the new tail became visible before the event that it announces, so the reader \
         took a stale event."
            .to_owned(),
        "`plain` is stock QEMU on x86, which hides the race. `weak` is the same QEMU with \
         overtake\u{2019}s plugin, which gives the guest the weak memory of its architecture. Both run \
         the same programs."
            .to_owned(),
        verdict.trim_end().to_owned(),
        format!(
            "Made by `{}` (version {}), which computed everything on this page.",
            command(args),
            env!("CARGO_PKG_VERSION")
        ),
    ]
}

/// The command that makes the same page.
fn command(args: &Args) -> String {
    let mut words = vec!["report".to_owned()];
    for (name, values) in [("targets", &args.targets), ("variants", &args.variants)] {
        if !values.is_empty() {
            words.extend([format!("--{name}"), values.join(",")]);
        }
    }
    words.extend([
        "--seeds".to_owned(),
        args.seeds.to_string(),
        "--events".to_owned(),
        args.events.to_string(),
    ]);
    if let Some(strategy) = strategy::again(args.strategy.strategy) {
        words.extend(["--strategy".to_owned(), strategy.to_owned()]);
    }
    if args.no_witnesses {
        words.push("--no-witnesses".to_owned());
    }
    format!("overtake {}", shell_words::join(words))
}

/// The matrix.
fn table(request: &Request, rows: &[Row]) -> Table {
    let heads = request.targets.iter().flat_map(|target| {
        let emulations = request.emulations.iter();
        emulations.map(move |emulated| format!("{target} {}", emulated.name()))
    });
    let row = |variant: &Variant| {
        // The rows of a variant are in the order of the columns.
        let cells = rows.iter().filter(|row| row.variant == *variant).map(cell);
        std::iter::once(Cell::from(variant.name()))
            .chain(cells)
            .collect()
    };
    Table {
        caption: format!(
            "Seeds with stale events, of {}, and in brackets the number of stale events. Each run: {} events \
             through {} slots. First seed: {}.",
            request.seeds, request.events, request.slots, request.from_seed
        ),
        head: std::iter::once("variant".to_owned()).chain(heads).collect(),
        rows: request.variants.iter().map(row).collect(),
    }
}

/// The results of a variant's runs, a row for each target.
fn runs(targets: &[Arch], own: &[&Row]) -> Table {
    let row = |target: &Arch| {
        let cells = own.iter().filter(|row| row.target == *target);
        std::iter::once(Cell::from(target.name()))
            .chain(cells.map(|row| cell(row)))
            .collect()
    };
    Table {
        caption: "Seeds with stale events (stale events in total)".to_owned(),
        head: ["target", "plain", "weak"].map(str::to_owned).to_vec(),
        rows: targets.iter().map(row).collect(),
    }
}

/// A cell as `overtake matrix` writes it.
fn cell(row: &Row) -> Cell {
    let text = rows::exposure(row);
    match (row.wrong(), row.exposed_seeds) {
        (Some(_), _) => Cell::new(format!("{text} wrong"), Tone::Note),
        (None, 0) => Cell::new(text, Tone::Plain),
        (None, _) => Cell::new(text, Tone::Bad),
    }
}
