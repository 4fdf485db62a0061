//! One run of a program with its output captured: whether it failed, its choices, its trace.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use emulator::captured::Captured;
use emulator::error::Error as EmulatorError;
use emulator::interrupts::Interrupts;
use emulator::outcome::Outcome;
use emulator::parallel::in_parallel;
use emulator::temporary;
use overtake_report::trace::{Line, Trace};
use schedule::{Choices, Kind, Schedule};

use crate::error::Error;
use crate::failure::{DOES_NOT_END, When};
use crate::recording;
use crate::setup::Setup;

/// How to make a run, and what to record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// The choices to replay; none: the strategy makes them.
    pub choices: Option<&'a Choices>,
    /// The seed; none: the setup's.
    pub seed: Option<u64>,
    /// What the strategy may do, if not all.
    pub only: Option<Only>,
    /// Whether to record the choices.
    pub record: bool,
    /// Whether to trace the accesses to shared memory.
    pub trace: bool,
    /// Orderings to assume or to ignore.
    pub assumptions: &'a [String],
    /// Guest instructions after which the run counts as one that did not fail.
    pub most: Option<u64>,
}

/// A strategy that makes choices of one kind only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Only {
    /// The kind; none: an interleaving alone.
    pub kind: Option<Kind>,
    /// The number from which it draws its choices, in place of the seed.
    pub number: u64,
}

/// The result of a run.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// How it failed, if it did.
    pub failure: Option<String>,
    /// Guest instructions that it took, from the first `clone` on; 0 if that is not known.
    pub instructions: u64,
    /// The choices, if they were recorded.
    pub choices: Choices,
    /// The accesses, if they were traced.
    pub trace: Trace,
}

/// Runs a setup repeatedly.
#[derive(Debug, Clone)]
pub struct Trials {
    /// What is run.
    pub setup: Setup,
    /// What counts as a failure.
    pub when: When,
    /// What asks overtake to end.
    pub interrupts: &'static Interrupts,
    /// How many runs at a time. No result depends on it.
    pub jobs: usize,
    /// How many runs were needed so far.
    made: Arc<AtomicUsize>,
}

impl Trials {
    /// Trials of a setup, as many at a time as there are cores; from now on signals are caught.
    pub fn new(setup: Setup, when: When) -> Result<Self, Error> {
        Ok(Self::with(setup, when, Interrupts::catch()?))
    }

    /// The same, where signals are caught already.
    pub fn with(setup: Setup, when: When, interrupts: &'static Interrupts) -> Self {
        let cores = thread::available_parallelism();
        Trials {
            setup,
            when,
            interrupts,
            jobs: cores.map_or(1, usize::from),
            made: Arc::default(),
        }
    }

    /// How many runs were needed so far.
    pub fn made(&self) -> usize {
        // `Relaxed`: it is a count, and whoever reads it has made the runs.
        self.made.load(Ordering::Relaxed)
    }

    fn count(&self, runs: usize) {
        self.made.fetch_add(runs, Ordering::Relaxed);
    }

    /// One run.
    pub fn run(&self, ask: Ask<'_>) -> Result<Trial, Error> {
        self.count(1);
        self.uncounted(ask)
    }

    /// Makes these runs, several at a time, until one is as wanted. Returns the first one that is, in the order of
    /// `asks`, whatever [`Trials::jobs`] is. Runs after that one do not count.
    pub fn first<'a>(
        &self,
        asks: impl IntoIterator<Item = Ask<'a>>,
        wanted: impl Fn(&Trial) -> bool,
    ) -> Result<Option<(usize, Trial)>, Error> {
        let mut asks = asks.into_iter();
        let mut before = 0;
        loop {
            let batch: Vec<Ask<'a>> = asks.by_ref().take(self.jobs.max(1)).collect();
            if batch.is_empty() {
                return Ok(None);
            }
            // An error of a run after the wanted one does not matter.
            let results = in_parallel(&batch, self.jobs, |ask| {
                Ok::<_, Error>(self.uncounted(*ask))
            })?;
            for (index, result) in results.into_iter().enumerate() {
                self.count(1);
                let trial = result?;
                if wanted(&trial) {
                    return Ok(Some((before + index, trial)));
                }
            }
            before += batch.len();
        }
    }

    /// Makes these runs, several at a time, and counts those that fail.
    pub fn count_failures<'a>(
        &self,
        asks: impl IntoIterator<Item = Ask<'a>>,
    ) -> Result<usize, Error> {
        let failed = AtomicUsize::new(0);
        // `Relaxed`: it is a count, and the threads that add to it have ended when it is read.
        self.first(asks, |trial| {
            failed.fetch_add(trial.failure.is_some().into(), Ordering::Relaxed);
            false
        })?;
        Ok(failed.into_inner())
    }

    fn uncounted(&self, ask: Ask<'_>) -> Result<Trial, Error> {
        self.interrupts.check()?;
        let folder = temporary::folder()?;
        let path = |name: &str| folder.path().join(name);
        let mut emulation = self.setup.emulation.clone();
        emulation.seed = ask.seed.unwrap_or(emulation.seed);
        let options = &mut emulation.options;
        // In addition to those of the setup.
        options.assumptions.extend_from_slice(ask.assumptions);
        options.record = ask.record.then(|| path("recording"));
        options.trace = ask.trace.then(|| path("trace"));
        let limited = ask
            .most
            .filter(|most| options.budget == 0 || *most < options.budget);
        options.budget = limited.unwrap_or(options.budget);
        if let Some(Only { kind, number }) = ask.only {
            let name = kind.map_or("none", Kind::name);
            options.others.push(format!("choices={number}"));
            options.others.push(format!("deviations={name}"));
            options.load_buffering &= kind == Some(Kind::Early);
        }
        if let Some(choices) = ask.choices {
            let schedule = Schedule {
                about: Vec::new(),
                choices: choices.clone(),
            };
            fs::write(path("schedule"), schedule.to_string()).map_err(EmulatorError::temporary)?;
            options.replay = Some(path("schedule"));
        }
        let run = Captured::run(
            &emulation,
            &self.setup.qemu,
            |command| self.setup.subject.prepare(&self.setup.guest, command),
            self.interrupts,
        )?;
        // With other choices, or with an ordering more, the thread may not come to the store that was to be
        // visible early: then the machine makes no such run.
        if ask.choices.is_some() && matches!(run.outcome, Err(EmulatorError::BrokenPromise { .. }))
        {
            return Ok(Trial::default());
        }
        let instructions = instructions(&run.outcome);
        let mut failure = self.when.classify(run.outcome, &run.output, &run.errors)?;
        if limited.is_some() && failure.as_deref() == Some(DOES_NOT_END) {
            failure = None;
        }
        let mut trial = Trial {
            failure,
            instructions,
            ..Trial::default()
        };
        if ask.record {
            trial.choices = recording::read(&path("recording"))?;
        }
        if ask.trace {
            trial.trace = read_trace(&path("trace"))?;
        }
        Ok(trial)
    }
}

/// How many guest instructions a run took; 0 if that is not known.
fn instructions(outcome: &Result<Outcome, EmulatorError>) -> u64 {
    match outcome {
        Ok(outcome) => outcome.tested.as_ref().map(|it| it.stats.instructions),
        Err(EmulatorError::BudgetExhausted { budget, .. }) => Some(*budget),
        Err(_) => None,
    }
    .unwrap_or(0)
}

/// Reads a trace; ignores a last line that the end of the guest cut off.
fn read_trace(path: &Path) -> Result<Trace, Error> {
    let bad = |why: String| Error::Recording { why };
    let file = File::open(path).map_err(|source| EmulatorError::FileSystem {
        what: "cannot read the trace of the run".to_owned(),
        source,
    })?;
    let mut lines = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| bad(error.to_string()))?;
        match serde_json::from_str::<Line>(&line) {
            Ok(line) => lines.push(line),
            Err(error) if error.is_eof() => break,
            Err(error) => return Err(bad(format!("a line of the trace: {error}"))),
        }
    }
    Ok(Trace::from_lines(lines))
}
