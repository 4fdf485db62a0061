//! One run of a program with its output captured: whether it failed, its choices, its trace.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use emulator::captured::Captured;
use emulator::error::Error as EmulatorError;
use emulator::interrupts::Interrupts;
use emulator::temporary;
use overtake_report::trace::{Line, Trace};
use schedule::{Choices, Schedule};

use crate::error::Error;
use crate::failure::When;
use crate::recording;
use crate::setup::Setup;

/// How to make a run, and what to record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// The choices to replay; none: the setup's strategy and seed make them.
    pub choices: Option<&'a Choices>,
    /// Whether to record the choices.
    pub record: bool,
    /// Whether to trace the accesses to shared memory.
    pub trace: bool,
    /// Orderings to assume or to ignore.
    pub assumptions: &'a [String],
}

/// The result of a run.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// How it failed, if it did.
    pub failure: Option<String>,
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
    /// The user's interrupts.
    pub interrupts: &'static Interrupts,
}

impl Trials {
    /// Trials of a setup; from now on signals are caught.
    pub fn new(setup: Setup, when: When) -> Result<Self, Error> {
        Ok(Trials {
            setup,
            when,
            interrupts: Interrupts::catch()?,
        })
    }

    /// One run with a seed.
    pub fn of_seed(&self, seed: u64, ask: Ask<'_>) -> Result<Trial, Error> {
        let mut this = self.clone();
        this.setup.emulation.seed = seed;
        this.run(ask)
    }

    /// One run.
    pub fn run(&self, ask: Ask<'_>) -> Result<Trial, Error> {
        let folder = temporary::folder()?;
        let path = |name: &str| folder.path().join(name);
        let mut emulation = self.setup.emulation.clone();
        let options = &mut emulation.options;
        // In addition to those of the setup.
        options.assumptions.extend_from_slice(ask.assumptions);
        options.record = ask.record.then(|| path("recording"));
        options.trace = ask.trace.then(|| path("trace"));
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
        let failure = self.when.classify(run.outcome, &run.output, &run.errors)?;
        let mut trial = Trial {
            failure,
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
