//! Runs litmus tests as guests: every test with every seed.

use arch::Arch;
use emulator::cpu::makes_halves;
use emulator::emulation::{Emulation, limit};
use emulator::error::Error as EmulatorError;
use emulator::home::Home;
use emulator::interrupts::Interrupts;
use emulator::model::Model;
use emulator::parallel::in_parallel;
use emulator::plugin_options::PluginOptions;
use emulator::qemu::Qemu;
use litmus::{Histogram, Test};
use serde::Serialize;

use crate::assemble;
use crate::error::Error;
use crate::guest::{GUEST, Prepared};
use crate::series::Series;
use crate::task::{Done, Task};

/// What all runs use.
#[derive(Debug)]
pub struct Runner<'a> {
    series: &'a Series,
    home: Home,
    /// One for each target, with the CPU that it emulates.
    qemus: Vec<(Qemu, String)>,
    interrupts: &'static Interrupts,
}

/// The memory model of the runs, and its version.
#[derive(Debug, Serialize)]
pub struct ModelVersion {
    name: &'static str,
    version: String,
}

impl<'a> Runner<'a> {
    /// Finds everything that the tests need before the first run, so that missing parts are reported at once.
    pub fn new(series: &'a Series, home: Home, tasks: &[Task]) -> Result<Self, Error> {
        let targets = Arch::ALL.into_iter().filter(|one| {
            let mut tests = tasks.iter().filter_map(|task| task.test.as_ref().ok());
            tests.any(|test| test.arch == *one)
        });
        let mut qemus = Vec::new();
        for target in targets {
            let mut qemu = Qemu::find(target, None)?;
            if series.model == Model::Weak {
                qemu = qemu.with_plugin(&home)?;
            }
            home.guest(target, &GUEST)?;
            assemble::require(target)?;
            let cpu = series.cpu.of(&qemu)?;
            qemus.push((qemu, cpu));
        }
        Ok(Runner {
            series,
            home,
            qemus,
            interrupts: Interrupts::catch()?,
        })
    }

    /// The model of all runs: without one, QEMU is what decides.
    pub fn model(&self) -> Result<ModelVersion, Error> {
        let model = self.series.model;
        let version = match (model, self.qemus.first()) {
            (Model::None, Some((qemu, _))) => qemu.probe()?.version,
            _ => env!("CARGO_PKG_VERSION").to_owned(),
        };
        Ok(ModelVersion {
            name: model.name(),
            version,
        })
    }

    /// The CPU of each target of the tests.
    pub fn cpus(&self) -> impl Iterator<Item = (Arch, &str)> {
        let cpus = self.qemus.iter();
        cpus.map(|(qemu, cpu)| (qemu.target, cpu.as_str()))
    }

    /// Whether the test is for the CPU of its target.
    pub fn suits(&self, task: &Task) -> bool {
        let (Some(halves), Ok(test)) = (task.halves, &task.test) else {
            return true;
        };
        makes_halves(test.arch, self.qemu(test.arch).1) == halves
    }

    fn qemu(&self, target: Arch) -> (&Qemu, &str) {
        let mut qemus = self.qemus.iter();
        let (qemu, cpu) = qemus
            .find(|(qemu, _)| qemu.target == target)
            .expect("one for each target of the tests");
        (qemu, cpu)
    }

    fn emulation(&self, seed: u64, cpu: &str) -> Emulation {
        /// For start and end.
        const ONCE: u64 = 100_000_000;
        /// For each iteration, most of it in loops that wait for other processors.
        const EACH: u64 = 200_000;
        let series = self.series;
        let usual = ONCE + EACH * series.iterations;
        Emulation {
            model: series.model,
            seed,
            cpu: Some(cpu.to_owned()),
            options: PluginOptions {
                budget: series.budget.unwrap_or(usual),
                check: series.check,
                strategy: series.strategy,
                others: series.plugin_options.clone(),
                ..PluginOptions::default()
            },
            limit: limit(series.timeout),
        }
    }

    fn jobs(&self) -> usize {
        match self.series.model {
            Model::Weak => self.series.jobs,
            // Processors run concurrently, and each waits in a loop for the others.
            Model::None => (self.series.jobs / 2).max(1),
        }
    }

    /// Assembles every test.
    pub fn prepare(&self, tasks: Vec<Task>) -> Result<Batch<'_>, Error> {
        let series = self.series;
        let good: Vec<(&Task, &Test)> = tasks
            .iter()
            .filter_map(|task| Some((task, task.test.as_ref().ok()?)))
            .collect();
        let prepared = in_parallel(&good, self.jobs(), |(task, test)| {
            self.interrupts.check()?;
            Ok::<_, EmulatorError>(Prepared::new(
                &task.file,
                test,
                series.iterations,
                &self.home,
            ))
        })?;
        let runs = (0..prepared.len())
            .filter(|index| prepared[*index].is_ok())
            .flat_map(|index| {
                (0..series.seeds).map(move |n| (index, series.first_seed.wrapping_add(n)))
            })
            .collect();
        Ok(Batch {
            runner: self,
            tasks,
            prepared,
            runs,
        })
    }
}

/// Tests that are ready to run.
#[derive(Debug)]
pub struct Batch<'a> {
    runner: &'a Runner<'a>,
    tasks: Vec<Task>,
    /// One for each task that has a test.
    prepared: Vec<Result<Prepared, Error>>,
    /// An index of what was prepared, and a seed.
    runs: Vec<(usize, u64)>,
}

impl Batch<'_> {
    /// How many runs there will be.
    pub fn runs(&self) -> u64 {
        self.runs.len() as u64
    }

    /// Runs every test with every seed, and calls `ran` after each run; the results are in the order of
    /// the tests.
    pub fn run(self, ran: impl Fn() + Sync) -> Result<Vec<Result<Done, Error>>, Error> {
        let Runner {
            series, interrupts, ..
        } = *self.runner;
        let good: Vec<(&Task, &Test)> = self
            .tasks
            .iter()
            .filter_map(|task| Some((task, task.test.as_ref().ok()?)))
            .collect();
        let runs = in_parallel(&self.runs, self.runner.jobs(), |(index, seed)| {
            interrupts.check()?;
            let (task, test) = good[*index];
            let (qemu, cpu) = self.runner.qemu(test.arch);
            let outcome = match &self.prepared[*index] {
                Ok(prepared) => {
                    prepared.run(test, &self.runner.emulation(*seed, cpu), qemu, interrupts)
                }
                Err(_) => unreachable!("no run was planned of it"),
            };
            ran();
            // A signal that asks overtake to end also ends the guest.
            interrupts.check()?;
            Ok::<_, EmulatorError>(outcome.map_err(|error| match error {
                // The error itself names the file.
                error @ (Error::LitmusTest { .. } | Error::NoInstruction { .. }) => error,
                error => Error::InRun {
                    run: task.file.display().to_string(),
                    error: Box::new(error),
                },
            }))
        })?;

        let mut histograms: Vec<Result<Histogram, Error>> = self
            .prepared
            .into_iter()
            .map(|prepared| prepared.map(|_| Histogram::default()))
            .collect();
        for ((index, _), run) in self.runs.into_iter().zip(runs) {
            match (&mut histograms[index], run) {
                (Ok(histogram), Ok(one)) => histogram.append(one),
                (slot @ Ok(_), Err(error)) => *slot = Err(error),
                // Reports only the first failure of a test.
                (Err(_), _) => {}
            }
        }
        let mut histograms = histograms.into_iter();
        Ok(self
            .tasks
            .into_iter()
            .map(|task| {
                let test = task.test?;
                let histogram = histograms.next().expect("one for each good test")?;
                Ok(Done {
                    test,
                    histogram,
                    iterations: series.seeds.saturating_mul(series.iterations),
                })
            })
            .collect())
    }
}
