//! One run of a program whose output nobody reads: did it fail, by which choices, after what?

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use overtake_report::trace::{Line, Trace};
use schedule::{Choices, Schedule};

use crate::emulation::temporary_folder;
use crate::error::Error;
use crate::failure::When;
use crate::process::{Interrupts, run_in_background};
use crate::scenario::{captured, text};
use crate::subject::Bench;

/// What is asked of a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// The choices to make; none: those of the bench's strategy and seed.
    pub choices: Option<&'a Choices>,
    /// Whether to write down what was chosen.
    pub record: bool,
    /// Whether to write down what happened.
    pub trace: bool,
    /// Orderings to suppose.
    pub assumptions: &'a [String],
}

/// What a run came to.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// How it failed, if it did.
    pub failure: Option<String>,
    /// What was chosen, if it was asked for.
    pub choices: Choices,
    /// What happened, if it was asked for.
    pub trace: Trace,
}

/// Runs what is on a bench, again and again.
#[derive(Debug, Clone)]
pub struct Trials {
    /// What is run.
    pub bench: Bench,
    /// What counts as a failure.
    pub when: When,
    /// The user's.
    pub interrupts: &'static Interrupts,
}

impl Trials {
    /// One run with a seed.
    pub fn of_seed(&self, seed: u64, ask: Ask<'_>) -> Result<Trial, Error> {
        let mut this = self.clone();
        this.bench.emulation.seed = seed;
        this.run(ask)
    }

    /// One run.
    pub fn run(&self, ask: Ask<'_>) -> Result<Trial, Error> {
        let folder = temporary_folder()?;
        let path = |name: &str| folder.path().join(name);
        let mut emulation = self.bench.emulation.clone();
        let options = &mut emulation.options;
        // Besides those of the bench.
        options.assumptions.extend_from_slice(ask.assumptions);
        options.record = ask.record.then(|| path("recording"));
        options.trace = ask.trace.then(|| path("trace"));
        if let Some(choices) = ask.choices {
            let schedule = Schedule {
                about: Vec::new(),
                choices: choices.clone(),
            };
            fs::write(path("schedule"), schedule.to_string()).map_err(Error::temporary)?;
            options.replay = Some(path("schedule"));
        }
        let (output, errors) = (captured()?, captured()?);
        let outcome = emulation.run(
            &self.bench.qemu,
            |command| self.bench.subject.prepare(&self.bench.guest, command),
            |command| {
                command
                    .stdin(Stdio::null())
                    .stdout(output.try_clone()?)
                    .stderr(errors.try_clone()?);
                run_in_background(command, emulation.limit, self.interrupts)
            },
            || text(&errors).lines().last().unwrap_or_default().to_owned(),
        );
        self.interrupts.check()?;
        let failure = self.when.judge(outcome, &text(&output), &text(&errors))?;
        let mut trial = Trial {
            failure,
            ..Trial::default()
        };
        if ask.record {
            trial.choices = crate::recording::read(&path("recording"))?;
        }
        if ask.trace {
            trial.trace = read_trace(&path("trace"))?;
        }
        Ok(trial)
    }
}

/// Reads a trace; a last line that the guest's end cut off is left out.
fn read_trace(path: &Path) -> Result<Trace, Error> {
    let bad = |why: String| Error::Recording { why };
    let file = File::open(path).map_err(|error| bad(error.to_string()))?;
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
