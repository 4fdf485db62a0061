//! `overtake matrix`: which variant of the ring gives a stale read on which target.

pub(crate) mod asked;
pub(crate) mod cells;
pub(crate) mod parallel;
pub(crate) mod row;
pub(crate) mod show;

use std::num::NonZero;
use std::thread;

use aio_ring_buggy::Variant;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::{MatrixArgs, MatrixFormat, targets, variants};
use crate::digest::Digest;
use crate::emulation::Emulation;
use crate::error::Error;
use crate::forkserver::Pool;
use crate::home::Home;
use crate::output::Output;
use crate::process::Interrupts;
use crate::qemu::{PluginOptions, Qemu};
use crate::scenario::{Answer, Scenario, limit};
use crate::target::Target;
use asked::Asked;
use cells::Cell;
use parallel::in_parallel;
use row::{Build, Row, verdict};

pub use cells::Emulated;

/// The matrix as it is to be run.
pub(crate) struct Plan {
    pub(crate) asked: Asked,
    budget: Option<u64>,
    timeout: u64,
}

impl Plan {
    pub(crate) fn new(args: &MatrixArgs) -> Result<Self, Error> {
        let plan = Plan {
            asked: Asked {
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
                home: args.place.again(),
            },
            budget: args.budget,
            timeout: args.timeout,
        };
        for &variant in &plan.asked.variants {
            plan.scenario(variant)?;
        }
        Ok(plan)
    }

    fn scenario(&self, variant: Variant) -> Result<Scenario, Error> {
        Scenario::new(variant, self.asked.events, self.asked.slots)
    }
}

/// What all runs use.
pub(crate) struct Machinery {
    pub(crate) home: Home,
    qemus: Vec<Qemu>,
    /// What the runs of each target are made with.
    builds: Vec<(Target, Build)>,
    pub(crate) interrupts: &'static Interrupts,
    /// Guests that wait for seeds.
    served: Pool<Cell>,
}

impl Machinery {
    /// Finds everything before the first run, so that what is missing is said at once.
    pub(crate) fn new(plan: &Plan, args: &MatrixArgs) -> Result<Self, Error> {
        let home = Home::find(args.place.home.as_deref());
        let weak = plan.asked.emulations.contains(&Emulated::Weak);
        let mut qemus = Vec::new();
        let mut builds = Vec::new();
        for &target in &plan.asked.targets {
            let mut qemu = Qemu::find(target, None)?;
            if weak {
                qemu = qemu.with_plugin(&home)?;
            }
            let plugin = qemu.plugin.as_deref().map(Digest::of_file).transpose()?;
            let guest = Digest::of_file(&home.scenario(target)?)?;
            builds.push((target, Build { guest, plugin }));
            qemus.push(qemu);
        }
        Ok(Machinery {
            home,
            qemus,
            builds,
            interrupts: Interrupts::catch()?,
            served: Pool::new(),
        })
    }

    /// What the runs of a cell are made with.
    fn build(&self, cell: Cell) -> Build {
        let (_, build) = self
            .builds
            .iter()
            .find(|(target, _)| *target == cell.target)
            .expect("one for each target of the plan");
        Build {
            plugin: build.plugin.filter(|_| cell.emulated == Emulated::Weak),
            ..*build
        }
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
                strategy: plan.asked.strategy,
                ..PluginOptions::default()
            },
            limit: limit(plan.timeout),
        };
        let qemu = self
            .qemus
            .iter()
            .find(|qemu| qemu.target == cell.target)
            .expect("one for each target of the plan");
        let serve = || match plan.asked.seeds {
            // Then it does not pay.
            ..=1 => Ok(None),
            _ => scenario.start_forkserver(&emulation, qemu, &self.home, self.interrupts),
        };
        let (answer, tested) = self.served.with(&cell, serve, |served| match served {
            Some(served) => scenario.run_served(served, seed, self.interrupts),
            None => scenario.run(&emulation, qemu, &self.home, self.interrupts),
        })?;
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
    let output = Output::to(args.output.as_deref())?;
    let machinery = Machinery::new(&plan, args)?;
    let rows = rows(&plan, &machinery, jobs(args.jobs))?;
    print(args.format, &plan.asked, &rows, output)
}

/// How many runs there are at the same time: what was asked for, or one for each core.
pub(crate) fn jobs(asked: Option<u64>) -> usize {
    let asked = asked.and_then(|jobs| usize::try_from(jobs).ok());
    asked.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Prints the matrix, and returns its verdict as the exit status.
pub(crate) fn print(
    format: MatrixFormat,
    asked: &Asked,
    rows: &[Row],
    output: Output,
) -> Result<u8, Error> {
    match format {
        MatrixFormat::Table => output.write(&show::table(asked, rows))?,
        MatrixFormat::Json => {
            output.write(&show::json(rows))?;
            anstream::eprint!("{}", show::judgement(rows));
        }
    }
    Ok(verdict(rows).code())
}

/// Runs everything.
pub(crate) fn rows(plan: &Plan, machinery: &Machinery, jobs: usize) -> Result<Vec<Row>, Error> {
    let asked = &plan.asked;
    let mut rows: Vec<Row> = asked
        .cells()
        .into_iter()
        .map(|cell| Row::new(asked, cell, machinery.build(cell)))
        .collect();
    let progress = progress(rows.len() as u64 * asked.seeds, "runs");
    for emulated in Emulated::ALL {
        let runs: Vec<(usize, u64)> = (0..rows.len())
            .filter(|&row| rows[row].emulated == emulated)
            .flat_map(|row| (0..asked.seeds).map(move |index| (row, asked.seed(index))))
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
pub(crate) fn progress(length: u64, of_what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}, {eta} to go")
        .expect("the template is well formed");
    ProgressBar::new(length)
        .with_style(style)
        .with_message(of_what)
}
