//! Why a program fails.
//!
//! Minimises the choices of a failing run, finds in the minimised run the cycle of accesses that no
//! interleaving gives (crate `witness`), names its accesses, and tries orderings that would have
//! prevented it. It ends when its budget of processor time does, or at Ctrl-C, with the best that it has found.

use emulator::error::Error as EmulatorError;
use emulator::interrupts::CTRL_C;
use schedule::Choices;
use witness::{Shrunk, Story};

use crate::attempts::Runs;
use crate::cost::{Budget, Ended, Meter};
use crate::cure::Cures;
use crate::error::Error;
use crate::minimise::{interleaving, minimised};
use crate::search::Failed;
use crate::story::Teller;
use crate::trial::Ask;

/// The part of the budget, in percent, after which the choices are as small as they get: the rest is for the
/// cures.
const MINIMISING: u32 = 60;

/// The part of it after which an interleaving is no longer looked for, where no cycle explains the failure.
const WITHOUT_A_CYCLE: u32 = 90;

/// Guest instructions after which a trace ends, if the program fails because it does not end.
const TRACED: u64 = 2_000_000;

/// A failure, explained.
#[derive(Debug)]
pub struct Explained {
    /// The story.
    pub story: Story,
    /// The minimised choices.
    pub choices: Choices,
    /// What ended the explanation before it was complete.
    pub ended: Option<Ended>,
}

impl Explained {
    /// # Errors
    ///
    /// If Ctrl-C ended it: for callers that do more than explain.
    pub fn went_on(&self) -> Result<(), Error> {
        match self.ended {
            Some(Ended::Interrupted) => Err(EmulatorError::Interrupted { signal: CTRL_C }.into()),
            _ => Ok(()),
        }
    }
}

/// Explains a failure. `again` is the command that reproduces the explanation; `progress` receives a
/// description of each step.
///
/// # Errors
///
/// [`Error::NotAgain`] if the run does not fail when it is replayed; any error of a run. That the budget has ended, or
/// Ctrl-C, is none: [`Explained::ended`].
pub fn explain(
    failed: &Failed,
    budget: &Budget,
    cure_seeds: u64,
    again: String,
    progress: &dyn Fn(String),
) -> Result<Explained, Error> {
    let Failed {
        trials,
        failure,
        choices,
        cost,
        ..
    } = failed;
    let interrupts = trials.interrupts;
    let meter = Meter::start("minimising", trials);
    budget.allow(interrupts, MINIMISING);
    let not_again = || Error::NotAgain {
        seed: trials.setup.emulation.seed,
        failure: failure.to_owned(),
    };
    let mut runs = Runs::new(failed, progress);
    let mut minimised = minimised(&mut runs, choices, not_again)?;
    // This run is always made, or there would be nothing to show.
    interrupts.answer();
    progress("tracing the minimised run".to_owned());
    let traced = |choices: &Choices| {
        trials.run(Ask {
            choices: Some(choices),
            record: true,
            trace: true,
            most: Some(failed.most().unwrap_or(TRACED)),
            ..Ask::default()
        })
    };
    let mut trial = traced(&minimised.choices)?;
    let mut cycles = witness::find(&trial.trace);
    // Delays without a cycle only move accesses in time.
    let moved = cycles.is_empty() && !minimised.choices.deviations.is_empty();
    if moved && minimised.ended != Some(Ended::Interrupted) {
        budget.allow(interrupts, WITHOUT_A_CYCLE);
        let other = interleaving(&mut runs)?;
        interrupts.answer();
        if let Some(other) = other {
            minimised = other;
            trial = traced(&minimised.choices)?;
            cycles = witness::find(&trial.trace);
        }
    }
    let minimising = meter.stop(trials);
    let meter = Meter::start("trying cures", trials);
    let shrunk = Shrunk {
        delays_before: choices.deviations.len(),
        delays: minimised.choices.deviations.len(),
        turns_before: choices.turns.len(),
        turns: trial.choices.turns.len(),
        runs: minimising.trials,
        other: minimised.other,
    };
    let mut told = Teller::new(&trials.setup, &trial.trace);
    let cures = Cures {
        trials,
        choices: &minimised.choices,
        trace: &trial.trace,
        seeds: cure_seeds,
        most: failed.most(),
        progress,
    };
    let mut ended = minimised.ended;
    let goes_on = ended != Some(Ended::Interrupted);
    if goes_on {
        budget.allow(interrupts, 100);
    }
    let mut complete = |result: Result<(), Error>| match result {
        Ok(()) => Ok::<_, Error>(()),
        Err(error) => {
            interrupts.answer();
            ended = Some(Ended::of(&error).ok_or(error)?);
            Ok(())
        }
    };
    let mut cause = cycles.first();
    if goes_on && cycles.len() > 1 {
        complete(cures.cause(&cycles, &mut cause))?;
    }
    let mut story = told.story(cause, failure, again, shrunk);
    if let Some(cycle) = cause
        && goes_on
    {
        complete(cures.tried(cycle, &told, &mut story.cures))?;
    }
    interrupts.answer();
    story.phases = vec![cost.clone(), minimising, meter.stop(trials)];
    story.unfinished = match (minimised.ended, ended) {
        (Some(ended), _) => Some(format!("not minimal: {}", ended.why(budget.whole))),
        (None, Some(ended)) => Some(format!(
            "not all fixes were tried: {}",
            ended.why(budget.whole)
        )),
        (None, None) => None,
    };
    Ok(Explained {
        story,
        choices: minimised.choices,
        ended,
    })
}
