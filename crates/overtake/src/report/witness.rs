//! A witness for each cell of the matrix with a stale event: one failure, explained.

use ::witness::Story;
use diagnosis::cost::Budget;
use diagnosis::explain::explain;
use diagnosis::failure::When;
use diagnosis::search::search;
use diagnosis::trial::Trials;
use emulator::interrupts::Interrupts;
use emulator::model::Model;
use emulator::parallel::in_parallel;
use ring_race::cell::Emulated;
use ring_race::row::Row;

use crate::args::guest::GuestArgs;
use crate::args::place::PlaceArgs;
use crate::args::strategy::StrategyArgs;
use crate::args::surroundings::SurroundingsArgs;
use crate::error::Error;
use crate::invocation;
use crate::progress::bar;

/// Number of seeds to try; the first one nearly always fails.
const SEEDS: u64 = 100;

/// Number of seeds to test each fix with.
const CURE_SEEDS: u64 = 2;

/// A failure, explained.
pub struct Witness {
    /// Its heading.
    pub name: String,
    /// The explanation.
    pub story: Story,
}

/// A witness for each weak-memory cell with a stale event, in the order of the cells.
pub fn witnesses(
    place: &PlaceArgs,
    strategy: &StrategyArgs,
    rows: &[Row],
    interrupts: &'static Interrupts,
    jobs: usize,
) -> Result<Vec<Witness>, Error> {
    let exposed = |row: &&Row| row.emulated == Emulated::Weak && row.exposed_seeds > 0;
    let exposed: Vec<&Row> = rows.iter().filter(exposed).collect();
    let progress = bar(exposed.len() as u64, "witnesses");
    let found = in_parallel(&exposed, jobs, |row| {
        let witness = witness(&guest(place, strategy, row), row, interrupts);
        progress.inc(1);
        witness.map_err(|error| error.in_run(|| row.cell().run(row.first_seed.unwrap_or(1))))
    });
    // Cleared, so that an error does not appear below a stale bar.
    progress.finish_and_clear();
    found
}

fn witness(
    guest: &GuestArgs,
    row: &Row,
    interrupts: &'static Interrupts,
) -> Result<Witness, Error> {
    interrupts.check()?;
    let setup = guest.setup(guest.subject_until_stale()?, Model::Weak)?;
    let mut trials = Trials::with(setup, When::default(), interrupts);
    // Several witnesses are made at a time.
    trials.jobs = 1;
    let silent = |_| ();
    let failed = search(trials, 1..=SEEDS, &silent)?;
    let setup = &failed.trials.setup;
    let mut words = vec!["explain".to_owned()];
    words.extend(guest.words(setup, Some(setup.emulation.seed)));
    words.extend(setup.subject.words());
    let again = format!("{} {}", invocation::name(), shell_words::join(words));
    let explained = explain(&failed, &Budget::new(None), CURE_SEEDS, again, &silent)?;
    explained.went_on()?;
    Ok(Witness {
        name: format!("{} on {}", row.variant, row.target),
        story: explained.story,
    })
}

/// The options that select the cell's program.
fn guest(place: &PlaceArgs, strategy: &StrategyArgs, row: &Row) -> GuestArgs {
    GuestArgs {
        target: Some(row.target.name().to_owned()),
        budget: None,
        timeout: None,
        cpu: None,
        variant: Some(row.variant.name().to_owned()),
        events: Some(row.events),
        slots: Some(row.slots),
        place: place.clone(),
        qemu: None,
        sysroot: None,
        program: Vec::new(),
        strategy: strategy.clone(),
        surroundings: SurroundingsArgs::default(),
        load_buffering: false,
    }
}
