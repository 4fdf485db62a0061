//! Why a program fails.
//!
//! Minimises the choices of a failing run, finds in the minimised run the cycle of accesses that no
//! interleaving gives (crate `witness`), names its accesses, and tries orderings that would have
//! prevented it.

use schedule::Choices;
use witness::{Shrunk, Story};

use crate::cure::Cures;
use crate::error::Error;
use crate::minimise::minimised;
use crate::search::Failed;
use crate::story::Teller;
use crate::trial::Ask;

/// A failure, explained.
#[derive(Debug)]
pub struct Explained {
    /// The story.
    pub story: Story,
    /// The minimised choices.
    pub choices: Choices,
}

/// Explains a failure. `again` is the command that reproduces the explanation; `progress` receives a
/// description of each step.
pub fn explain(
    failed: &Failed,
    cure_seeds: u64,
    again: String,
    progress: &dyn Fn(String),
) -> Result<Explained, Error> {
    let Failed {
        trials,
        failure,
        choices,
    } = failed;
    let minimised = minimised(trials, choices, failure, |turns, deviations| {
        progress(format!(
            "minimising: {turns} context switches, {deviations} delays"
        ));
    })?;
    progress("tracing the minimised run".to_owned());
    let trial = trials.run(Ask {
        choices: Some(&minimised.choices),
        record: true,
        trace: true,
        ..Ask::default()
    })?;
    let cycles = witness::find(&trial.trace);
    let shrunk = Shrunk {
        delays_before: choices.deviations.len(),
        delays: minimised.choices.deviations.len(),
        turns_before: choices.turns.len(),
        turns: trial.choices.turns.len(),
        runs: minimised.runs + 1,
    };
    let mut told = Teller::new(&trials.setup, &trial.trace);
    progress("testing fixes".to_owned());
    let cures = Cures {
        trials,
        choices: &minimised.choices,
        trace: &trial.trace,
        seeds: cure_seeds,
    };
    let cycle = cures.cause(&cycles)?;
    let mut story = told.story(cycle, failure, again, shrunk);
    if let Some(cycle) = cycle {
        story.cures = cures.tried(cycle, &told)?;
    }
    Ok(Explained {
        story,
        choices: minimised.choices,
    })
}
