//! Litmus tests as guests: what all runs use, and every test with every seed.

use std::num::NonZero;
use std::path::PathBuf;
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use litmus::{Arch, Histogram, Test};

use super::guest::Prepared;
use super::{assemble, target};
use crate::cli::SeriesArgs;
use crate::emulation::{Emulation, Model};
use crate::error::Error;
use crate::home::Home;
use crate::matrix::parallel::in_parallel;
use crate::process::Interrupts;
use crate::qemu::{PluginOptions, Qemu};
use crate::scenario::limit;
use crate::target::Target;

/// A test to run.
pub struct Task {
    /// What errors call it: its file.
    pub file: PathBuf,
    /// The test, or why there is none.
    pub test: Result<Test, Error>,
}

/// A test that ran with all seeds.
pub struct Done {
    /// The test.
    pub test: Test,
    /// What came of it.
    pub histogram: Histogram,
    /// Iterations with all seeds.
    pub iterations: u64,
}

/// What all runs use.
pub struct Machinery<'a> {
    args: &'a SeriesArgs,
    home: Home,
    /// One for each target.
    pub qemus: Vec<Qemu>,
    interrupts: &'static Interrupts,
}

impl<'a> Machinery<'a> {
    /// Finds everything that the tests need before the first run, so that what is missing is said
    /// at once.
    pub fn new(args: &'a SeriesArgs, tasks: &[Task]) -> Result<Self, Error> {
        let targets: Vec<Target> = Target::ALL
            .into_iter()
            .filter(|one| {
                let mut tests = tasks.iter().filter_map(|task| task.test.as_ref().ok());
                tests.any(|test| target(test.arch) == *one)
            })
            .collect();
        let home = Home::find(args.place.home.as_deref());
        let mut qemus = Vec::new();
        for &target in &targets {
            let mut qemu = Qemu::find(target, None)?;
            if args.model == Model::Weak {
                qemu = qemu.with_plugin(&home)?;
            }
            home.litmus(target)?;
            assemble::require(target)?;
            qemus.push(qemu);
        }
        Ok(Machinery {
            args,
            home,
            qemus,
            interrupts: Interrupts::catch()?,
        })
    }

    fn qemu(&self, arch: Arch) -> &Qemu {
        self.qemus
            .iter()
            .find(|qemu| qemu.target == target(arch))
            .expect("one for each target of the tests")
    }

    fn emulation(&self, seed: u64) -> Emulation {
        /// What starting and ending take.
        const ONCE: u64 = 100_000_000;
        /// What an iteration takes, most of it in loops that wait for other processors.
        const EACH: u64 = 200_000;
        let usual = ONCE + EACH * self.args.iterations;
        Emulation {
            model: self.args.model,
            seed,
            cpu: None,
            options: PluginOptions {
                budget: self.args.budget.unwrap_or(usual),
                check: self.args.check,
                strategy: self.args.strategy.strategy,
                others: self.args.plugin_option.clone(),
                ..PluginOptions::default()
            },
            limit: limit(self.args.timeout),
        }
    }

    fn jobs(&self) -> usize {
        let asked = self.args.jobs.and_then(|jobs| usize::try_from(jobs).ok());
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        let jobs = asked.unwrap_or_else(cores);
        match self.args.model {
            Model::Weak => jobs,
            // Processors run at once, and each waits in a loop for the others.
            Model::None => (jobs / 2).max(1),
        }
    }

    /// Runs every test with every seed; the results are in the order of the tests.
    pub fn run(&self, tests: Vec<Task>) -> Result<Vec<Result<Done, Error>>, Error> {
        let args = self.args;
        let good: Vec<(&PathBuf, &Test)> = tests
            .iter()
            .filter_map(|task| Some((&task.file, task.test.as_ref().ok()?)))
            .collect();
        let prepared = in_parallel(&good, self.jobs(), |(file, test)| {
            self.interrupts.check()?;
            Ok::<_, Error>(Prepared::new(file, test, args.iterations, &self.home))
        })?;
        let tasks: Vec<(usize, u64)> = (0..prepared.len())
            .filter(|index| prepared[*index].is_ok())
            .flat_map(|index| {
                (0..args.seeds).map(move |n| (index, args.first_seed.wrapping_add(n)))
            })
            .collect();
        let progress = progress(tasks.len() as u64);
        let runs = in_parallel(&tasks, self.jobs(), |(index, seed)| {
            self.interrupts.check()?;
            let (file, test) = good[*index];
            let outcome = match &prepared[*index] {
                Ok(prepared) => prepared.run(
                    test,
                    &self.emulation(*seed),
                    self.qemu(test.arch),
                    self.interrupts,
                ),
                Err(_) => unreachable!("no task was made for it"),
            };
            progress.inc(1);
            // If overtake is to end, then that is why the guest did.
            self.interrupts.check()?;
            Ok::<_, Error>(outcome.map_err(|error| match error {
                // It names the file itself.
                error @ Error::LitmusTest { .. } => error,
                error => Error::InRun {
                    run: file.display().to_string(),
                    error: Box::new(error),
                },
            }))
        });
        progress.finish_and_clear();

        let mut histograms: Vec<Result<Histogram, Error>> = prepared
            .into_iter()
            .map(|prepared| prepared.map(|_| Histogram::default()))
            .collect();
        for ((index, _), run) in tasks.into_iter().zip(runs?) {
            match (&mut histograms[index], run) {
                (Ok(histogram), Ok(one)) => histogram.append(one),
                (slot @ Ok(_), Err(error)) => *slot = Err(error),
                // The first failure of a test stands for all of them.
                (Err(_), _) => {}
            }
        }
        let mut histograms = histograms.into_iter();
        Ok(tests
            .into_iter()
            .map(|task| {
                let test = task.test?;
                let histogram = histograms.next().expect("one for each good test")?;
                Ok(Done {
                    test,
                    histogram,
                    iterations: args.seeds.saturating_mul(args.iterations),
                })
            })
            .collect())
    }
}

/// On standard error; nothing where that is no terminal.
fn progress(runs: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} to go")
        .expect("the template is well formed");
    ProgressBar::new(runs).with_style(style)
}
