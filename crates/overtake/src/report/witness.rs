//! A witness for each cell of the matrix that gave a stale event: one failure, explained.

use ::witness::Story;
use indicatif::ProgressBar;

use crate::cli::{GuestArgs, ReportArgs, WhenArgs};
use crate::emulation::Model;
use crate::error::Error;
use crate::explain::{explain, search, subject};
use crate::failure::When;
use crate::invocation;
use crate::matrix::Emulated;
use crate::matrix::parallel::in_parallel;
use crate::matrix::progress;
use crate::matrix::row::Row;
use crate::process::Interrupts;
use crate::subject::Bench;
use crate::trial::Trials;

/// Seeds among which a failure is looked for; the first one nearly always fails.
const SEEDS: u64 = 100;

/// Seeds with which each cure is tried.
const CURE_SEEDS: u64 = 2;

/// A failure, explained.
pub struct Witness {
    /// What it is called.
    pub name: String,
    /// Why.
    pub story: Story,
}

/// One for each cell with weak memory that gave a stale event, in their order.
pub fn witnesses(
    args: &ReportArgs,
    rows: &[Row],
    interrupts: &'static Interrupts,
    jobs: usize,
) -> Result<Vec<Witness>, Error> {
    let exposed = |row: &&Row| row.emulated == Emulated::Weak && row.exposed_seeds > 0;
    let exposed: Vec<&Row> = rows.iter().filter(exposed).collect();
    let progress = progress(exposed.len() as u64, "witnesses");
    let found = in_parallel(&exposed, jobs, |row| {
        let witness = witness(args, row, interrupts);
        progress.inc(1);
        witness.map_err(|error| row.cell().named(row.first_seed.unwrap_or(1), error))
    });
    // Not left on the screen with an error below it.
    progress.finish_and_clear();
    found
}

fn witness(
    args: &ReportArgs,
    row: &Row,
    interrupts: &'static Interrupts,
) -> Result<Witness, Error> {
    interrupts.check()?;
    let guest = guest(args, row);
    let trials = Trials {
        bench: Bench::new(&guest, subject(&guest)?, Model::Weak)?,
        when: When::new(&WhenArgs::default()),
        interrupts,
    };
    let silent = ProgressBar::hidden();
    let failed = search(trials, 1..=SEEDS, &silent)?;
    let bench = &failed.trials.bench;
    let mut words = vec!["explain".to_owned()];
    words.extend(bench.options(&guest, Some(bench.emulation.seed)));
    words.extend(bench.subject.words());
    let again = format!("{} {}", invocation::name(), shell_words::join(words));
    let explained = explain(&failed, CURE_SEEDS, again, &silent)?;
    Ok(Witness {
        name: format!("{} on {}", row.variant, row.target),
        story: explained.story,
    })
}

/// What names the cell's program.
fn guest(args: &ReportArgs, row: &Row) -> GuestArgs {
    GuestArgs {
        target: Some(row.target.name().to_owned()),
        budget: None,
        timeout: None,
        cpu: None,
        variant: Some(row.variant.name().to_owned()),
        events: Some(row.events),
        slots: Some(row.slots),
        place: args.place.clone(),
        qemu: None,
        program: Vec::new(),
        strategy: args.strategy.clone(),
    }
}
