//! `overtake litmus`: litmus tests, each as a guest, and what came of them.

mod assemble;
mod guest;
mod show;

use std::fs;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use litmus::{Arch, Histogram, Test};

use crate::cli::{LitmusArgs, LitmusFormat};
use crate::conformance::{Conformance, Verdicts};
use crate::emulation::{Emulation, Model};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::home::Home;
use crate::matrix::parallel::in_parallel;
use crate::process::Interrupts;
use crate::qemu::{PluginOptions, Qemu};
use crate::scenario::limit;
use crate::target::Target;
use guest::Prepared;

/// The target that tests for an architecture run on.
pub const fn target(arch: Arch) -> Target {
    match arch {
        Arch::AArch64 => Target::Aarch64,
        Arch::Ppc => Target::Ppc64le,
        Arch::Riscv => Target::Riscv64,
        Arch::X86_64 => Target::X86_64,
    }
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
struct Machinery<'a> {
    args: &'a LitmusArgs,
    home: Home,
    qemus: Vec<Qemu>,
    interrupts: &'static Interrupts,
}

impl<'a> Machinery<'a> {
    /// Finds everything before the first run, so that what is missing is said at once.
    fn new(args: &'a LitmusArgs, targets: &[Target]) -> Result<Self, Error> {
        let home = Home::find(args.place.home.as_deref());
        if args.model == Model::Weak && !targets.is_empty() {
            home.plugin()?;
        }
        let mut qemus = Vec::new();
        for &target in targets {
            let qemu = Qemu::find(target, None)?;
            if args.model == Model::Weak {
                qemu.require_plugins()?;
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
                trace_hash: false,
                others: self.args.plugin_option.clone(),
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
}

/// `overtake litmus`.
pub fn run(args: &LitmusArgs) -> Result<u8, Error> {
    let verdicts = Verdicts::read(&args.verdicts)?;
    let tests: Vec<_> = args.files.iter().map(read).collect();
    let targets: Vec<Target> = Target::ALL
        .into_iter()
        .filter(|one| tests.iter().flatten().any(|test| target(test.arch) == *one))
        .collect();
    let machinery = Machinery::new(args, &targets)?;
    let results = results(&machinery, tests)?;

    let mut conformance = Conformance::default();
    for done in results.iter().flatten() {
        if let Some(verdict) = verdicts.get(done.test.arch, &done.test.name) {
            let outcomes = done.histogram.outcomes.iter();
            let seen = outcomes.map(|(state, outcome)| (state.as_str(), outcome.count));
            conformance.add(done.test.arch, &done.test.name, verdict, seen);
        }
    }
    let model = show::model(args.model, &machinery.qemus)?;
    let done = results.iter().flatten();
    match args.format {
        LitmusFormat::Text => show::text(done),
        LitmusFormat::Line => show::lines(done),
        LitmusFormat::Json => show::json(done, &model),
        LitmusFormat::None => Ok(()),
    }
    .map_err(Error::output)?;
    if !args.verdicts.is_empty() {
        let text = conformance.shown(args.missing);
        show::conformance(&text, args.format).map_err(Error::output)?;
    }

    for error in results.iter().filter_map(|result| result.as_ref().err()) {
        crate::report(error);
    }
    if !conformance.conforms() {
        return Ok(ExitCode::Forbidden.code());
    }
    let first = results.iter().find_map(|result| result.as_ref().err());
    Ok(first.map_or(0, Error::status))
}

/// Reads a test.
fn read(file: &PathBuf) -> Result<Test, Error> {
    let wrong = |line, message| Error::LitmusTest {
        file: file.clone(),
        line,
        message,
    };
    let text = fs::read_to_string(file)
        .map_err(|error| wrong(None, format!("the test cannot be read: {error}")))?;
    Test::parse(&text).map_err(|error| wrong(Some(error.line), error.message))
}

/// Runs every test with every seed; the results are in the order of the files.
fn results(
    machinery: &Machinery<'_>,
    tests: Vec<Result<Test, Error>>,
) -> Result<Vec<Result<Done, Error>>, Error> {
    let args = machinery.args;
    let tests: Vec<(PathBuf, Result<Test, Error>)> =
        args.files.iter().cloned().zip(tests).collect();
    let good: Vec<(&PathBuf, &Test)> = tests
        .iter()
        .filter_map(|(file, test)| Some((file, test.as_ref().ok()?)))
        .collect();
    let prepared = in_parallel(&good, machinery.jobs(), |(file, test)| {
        machinery.interrupts.check()?;
        Ok::<_, Error>(Prepared::new(file, test, args.iterations, &machinery.home))
    })?;
    let tasks: Vec<(usize, u64)> = (0..prepared.len())
        .filter(|index| prepared[*index].is_ok())
        .flat_map(|index| (0..args.seeds).map(move |n| (index, args.first_seed.wrapping_add(n))))
        .collect();
    let progress = progress(tasks.len() as u64);
    let runs = in_parallel(&tasks, machinery.jobs(), |(index, seed)| {
        machinery.interrupts.check()?;
        let (file, test) = good[*index];
        let outcome = match &prepared[*index] {
            Ok(prepared) => prepared.run(
                test,
                &machinery.emulation(*seed),
                machinery.qemu(test.arch),
                &machinery.home,
                machinery.interrupts,
            ),
            Err(_) => unreachable!("no task was made for it"),
        };
        progress.inc(1);
        // If overtake is to end, then that is why the guest did.
        machinery.interrupts.check()?;
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
        .map(|(_, test)| {
            let test = test?;
            let histogram = histograms.next().expect("one for each good test")?;
            Ok(Done {
                test,
                histogram,
                iterations: args.seeds.saturating_mul(args.iterations),
            })
        })
        .collect())
}

/// On standard error; nothing where that is no terminal.
fn progress(runs: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} to go")
        .expect("the template is well formed");
    ProgressBar::new(runs).with_style(style)
}
