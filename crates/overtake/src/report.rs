//! `overtake report`: the matrix and the evidence for it, as a page.

mod evidence;
mod source;
mod verdict;
mod witness;

use std::io::IsTerminal as _;

use ::witness::render::{self, Cell, Page, Table, Tone};

use crate::cli::{MatrixArgs, MatrixFormat, ReportArgs};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::matrix::asked::Asked;
use crate::matrix::row::{Row, verdict};
use crate::matrix::{Machinery, Plan, jobs, rows, show};
use crate::output::Output;
use crate::scenario::Scenario;
use crate::target::Target;
use evidence::evidence;
use witness::{Witness, witnesses};

/// `overtake report`; returns the exit status.
pub fn run(args: &ReportArgs) -> Result<u8, Error> {
    let matrix = matrix(args);
    let plan = Plan::new(&matrix)?;
    let output = Output::to(Some(&args.output))?;
    let machinery = Machinery::new(&plan, &matrix)?;
    let jobs = jobs(args.jobs);
    let asked = &plan.asked;
    // The machine code is read first: what is missing there is said before the runs.
    let mut evidence = evidence(asked, &machinery.home)?;
    let rows = rows(&plan, &machinery, jobs)?;
    for (variant, evidence) in asked.variants.iter().zip(&mut evidence) {
        let own: Vec<_> = rows.iter().filter(|row| row.variant == *variant).collect();
        evidence.run = runs(&asked.targets, &own);
    }
    let witnesses = if args.no_witnesses {
        Vec::new()
    } else {
        witnesses(args, &rows, machinery.interrupts, jobs)?
    };
    let (names, stories) = witnesses
        .into_iter()
        .map(|Witness { name, story }| (name, story))
        .unzip();
    let page = Page {
        title: "A stale read in Linux\u{2019}s AIO ring".to_owned(),
        lead: lead(args, &rows),
        table: Some(table(asked, &rows)),
        evidence,
        names,
        stories,
    };
    output.write(&render::html(&page))?;
    let verdict = verdict(&rows);
    if verdict != ExitCode::Success {
        anstream::eprint!("{}", show::judgement(&rows));
    }
    if std::io::stderr().is_terminal() {
        anstream::eprintln!("The page: {}", args.output.display());
    }
    Ok(verdict.code())
}

/// The matrix that is run.
fn matrix(args: &ReportArgs) -> MatrixArgs {
    MatrixArgs {
        targets: args.targets.clone(),
        variants: args.variants.clone(),
        emulations: Vec::new(),
        seeds: args.seeds,
        first_seed: 1,
        events: args.events,
        slots: Scenario::SLOTS,
        budget: None,
        timeout: Scenario::TIMEOUT,
        jobs: args.jobs,
        format: MatrixFormat::Table,
        output: None,
        strategy: args.strategy.clone(),
        place: args.place.clone(),
    }
}

/// What the page is about, and how it was made.
fn lead(args: &ReportArgs, rows: &[Row]) -> Vec<String> {
    let judged = anstream::adapter::strip_str(&show::judgement(rows)).to_string();
    vec![
        "In July 2003 Ken Chen reported a race in Linux\u{2019}s AIO ring: on a weakly ordered \
         machine the new tail became visible before the event that it announces, and the reader \
         took a stale event."
            .to_owned(),
        "`plain` is stock QEMU on x86, which hides the race; `weak` is the same QEMU with \
         overtake\u{2019}s plugin, which lets memory be as weak as the architecture of the guest \
         allows. The programs are the same."
            .to_owned(),
        judged.trim_end().to_owned(),
        format!(
            "Made by `{}` (version {}): all that is on this page was computed then.",
            command(args),
            env!("CARGO_PKG_VERSION")
        ),
    ]
}

/// The command that makes the page again.
fn command(args: &ReportArgs) -> String {
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
    if let Some(strategy) = args.strategy.strategy.again() {
        words.extend(["--strategy".to_owned(), strategy.to_owned()]);
    }
    if args.no_witnesses {
        words.push("--no-witnesses".to_owned());
    }
    format!("overtake {}", shell_words::join(words))
}

/// The matrix.
fn table(asked: &Asked, rows: &[Row]) -> Table {
    let heads = asked.targets.iter().flat_map(|target| {
        let emulations = asked.emulations.iter();
        emulations.map(move |emulated| format!("{target} {}", emulated.name()))
    });
    let row = |variant: &aio_ring_buggy::Variant| {
        // The rows of a variant are in the order of the columns.
        let cells = rows.iter().filter(|row| row.variant == *variant).map(cell);
        std::iter::once(Cell::from(variant.name()))
            .chain(cells)
            .collect()
    };
    Table {
        caption: format!(
            "Seeds with stale events, of {}, and in brackets how many events were stale. {} events \
             through {} slots a run, seeds from {}.",
            asked.seeds, asked.events, asked.slots, asked.from_seed
        ),
        head: std::iter::once("variant".to_owned()).chain(heads).collect(),
        rows: asked.variants.iter().map(row).collect(),
    }
}

/// What the runs of a variant came to, a row for each target.
fn runs(targets: &[Target], own: &[&Row]) -> Table {
    let row = |target: &Target| {
        let cells = own.iter().filter(|row| row.target == *target);
        std::iter::once(Cell::from(target.name()))
            .chain(cells.map(|row| cell(row)))
            .collect()
    };
    Table {
        caption: "Seeds with stale events (stale events in all)".to_owned(),
        head: ["target", "plain", "weak"].map(str::to_owned).to_vec(),
        rows: targets.iter().map(row).collect(),
    }
}

/// A cell as `overtake matrix` writes it.
fn cell(row: &Row) -> Cell {
    let text = show::counted(row);
    match (row.wrong(), row.exposed_seeds) {
        (Some(_), _) => Cell::new(format!("{text} wrong"), Tone::Note),
        (None, 0) => Cell::new(text, Tone::Plain),
        (None, _) => Cell::new(text, Tone::Bad),
    }
}
