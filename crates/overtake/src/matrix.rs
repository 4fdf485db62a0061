//! `overtake matrix`: which variant of the ring gives a stale read on which target.

mod cells;
pub(crate) mod parallel;
mod show;

use std::num::NonZero;
use std::thread;

use aio_ring_buggy::Variant;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::{MatrixArgs, MatrixFormat, targets, variants};
use crate::emulation::{Emulation, Strategy};
use crate::error::Error;
use crate::home::Home;
use crate::process::Interrupts;
use crate::qemu::{PluginOptions, Qemu};
use crate::scenario::{Answer, Scenario, limit};
use crate::target::Target;
use cells::{Cell, Row, verdict};
use parallel::in_parallel;

pub use cells::Emulated;

/// The matrix as asked for.
struct Plan {
    targets: Vec<Target>,
    variants: Vec<Variant>,
    emulations: Vec<Emulated>,
    seeds: u64,
    first_seed: u64,
    events: u64,
    slots: u32,
    budget: Option<u64>,
    timeout: u64,
    strategy: Strategy,
    /// What must be said to have the same strategy again.
    strategy_again: Option<&'static str>,
    /// What must be said to find the same home again.
    home: Option<(&'static str, String)>,
}

impl Plan {
    fn new(args: &MatrixArgs) -> Result<Self, Error> {
        let plan = Plan {
            targets: targets(&args.targets)?,
            variants: variants(&args.variants)?,
            emulations: Emulated::ALL
                .into_iter()
                .filter(|one| args.emulations.is_empty() || args.emulations.contains(one))
                .collect(),
            seeds: args.seeds,
            first_seed: args.first_seed,
            events: args.events,
            slots: args.slots,
            budget: args.budget,
            timeout: args.timeout,
            strategy: args.strategy.strategy,
            strategy_again: args.strategy.again(),
            home: args.place.again(),
        };
        for &variant in &plan.variants {
            plan.scenario(variant)?;
        }
        Ok(plan)
    }

    fn scenario(&self, variant: Variant) -> Result<Scenario, Error> {
        Scenario::new(variant, self.events, self.slots)
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for &variant in &self.variants {
            for &target in &self.targets {
                for &emulated in &self.emulations {
                    cells.push(Cell {
                        target,
                        variant,
                        emulated,
                    });
                }
            }
        }
        cells
    }

    /// After the last number comes 0.
    fn seed(&self, index: u64) -> u64 {
        self.first_seed.wrapping_add(index)
    }
}

/// What all runs use.
struct Machinery {
    home: Home,
    qemus: Vec<Qemu>,
    interrupts: &'static Interrupts,
}

impl Machinery {
    /// Finds everything before the first run, so that what is missing is said at once.
    fn new(plan: &Plan, args: &MatrixArgs) -> Result<Self, Error> {
        let home = Home::find(args.place.home.as_deref());
        let weak = plan.emulations.contains(&Emulated::Weak);
        let mut qemus = Vec::new();
        for &target in &plan.targets {
            let mut qemu = Qemu::find(target, None)?;
            if weak {
                qemu = qemu.with_plugin(&home)?;
            }
            home.scenario(target)?;
            qemus.push(qemu);
        }
        Ok(Machinery {
            home,
            qemus,
            interrupts: Interrupts::catch()?,
        })
    }

    /// One run.
    fn run(&self, plan: &Plan, cell: Cell, seed: u64) -> Result<Answer, Error> {
        self.interrupts.check()?;
        let scenario = plan.scenario(cell.variant)?;
        let emulation = Emulation {
            model: cell.emulated.model(),
            seed,
            cpu: None,
            options: PluginOptions {
                budget: plan.budget.unwrap_or(scenario.budget()),
                strategy: plan.strategy,
                ..PluginOptions::default()
            },
            limit: limit(plan.timeout),
        };
        let qemu = self
            .qemus
            .iter()
            .find(|qemu| qemu.target == cell.target)
            .expect("one for each target of the plan");
        let (answer, tested) = scenario.run(&emulation, qemu, &self.home, self.interrupts)?;
        if let Some(tested) = tested
            && tested.stats.shared_loads + tested.stats.shared_stores == 0
        {
            return Err(Error::GuestFailed {
                message: "its threads shared no memory, so nothing was tested".to_owned(),
            });
        }
        Ok(answer)
    }
}

/// `overtake matrix`.
pub fn run(args: &MatrixArgs) -> Result<u8, Error> {
    let plan = Plan::new(args)?;
    let machinery = Machinery::new(&plan, args)?;
    let jobs = args.jobs.and_then(|jobs| usize::try_from(jobs).ok());
    let jobs = jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get));
    let rows = rows(&plan, &machinery, jobs)?;
    match args.format {
        MatrixFormat::Table => show::table(&plan, &rows),
        MatrixFormat::Json => show::json(&rows),
    }
    .map_err(Error::output)?;
    Ok(verdict(&rows).code())
}

/// Runs everything.
fn rows(plan: &Plan, machinery: &Machinery, jobs: usize) -> Result<Vec<Row>, Error> {
    let mut rows: Vec<Row> = plan
        .cells()
        .iter()
        .map(|&cell| Row::new(plan, cell))
        .collect();
    let progress = progress(rows.len() as u64 * plan.seeds);
    for emulated in Emulated::ALL {
        let runs: Vec<(usize, u64)> = (0..rows.len())
            .filter(|&row| rows[row].emulated == emulated)
            .flat_map(|row| (0..plan.seeds).map(move |index| (row, plan.seed(index))))
            .collect();
        let jobs = match emulated {
            // Both of the guest's threads run at once, and each waits in a loop for the other:
            // with fewer cores than threads a run takes many times as long.
            Emulated::Plain => (jobs / 2).max(1),
            Emulated::Weak => jobs,
        };
        let answers = in_parallel(&runs, jobs, |&(row, seed)| {
            let cell = rows[row].cell();
            let answer = machinery.run(plan, cell, seed);
            progress.inc(1);
            answer.map_err(|error| cell.named(seed, error))
        });
        // Not left on the screen with an error below it.
        if answers.is_err() {
            progress.finish_and_clear();
        }
        for (&(row, seed), answer) in runs.iter().zip(answers?) {
            rows[row].add(seed, &answer);
        }
    }
    progress.finish_and_clear();
    Ok(rows)
}

/// On standard error; nothing where that is no terminal.
fn progress(runs: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} to go")
        .expect("the template is well formed");
    ProgressBar::new(runs).with_style(style)
}
