//! Finds a run that fails: that of the first failing seed, or a recorded one.

use std::ops::RangeInclusive;

use schedule::Choices;

use crate::error::Error;
use crate::trial::{Ask, Trials};

/// A run that failed.
#[derive(Debug)]
pub struct Failed {
    /// The program, with the seed that failed.
    pub trials: Trials,
    /// How it failed.
    pub failure: String,
    /// The choices of the run.
    pub choices: Choices,
}

/// Finds the first seed that fails; `progress` receives the seed that runs.
pub fn search(
    mut trials: Trials,
    seeds: RangeInclusive<u64>,
    progress: &dyn Fn(String),
) -> Result<Failed, Error> {
    let what = if seeds.start() == seeds.end() {
        format!("seed {} does not fail", seeds.start())
    } else {
        format!(
            "none of the seeds {} to {} fails",
            seeds.start(),
            seeds.end()
        )
    };
    let ask = Ask {
        record: true,
        ..Ask::default()
    };
    for seed in seeds {
        progress(format!("searching for a failure: seed {seed}"));
        trials.setup.emulation.seed = seed;
        let trial = trials.run(ask)?;
        if let Some(failure) = trial.failure {
            return Ok(Failed {
                trials,
                failure,
                choices: trial.choices,
            });
        }
    }
    Err(Error::NoFailure { what })
}

/// Replays a recorded run, which must fail.
pub fn replayed(trials: Trials, choices: Choices) -> Result<Failed, Error> {
    let ask = Ask {
        choices: Some(&choices),
        ..Ask::default()
    };
    match trials.run(ask)?.failure {
        Some(failure) => Ok(Failed {
            trials,
            failure,
            choices,
        }),
        None => Err(Error::NoFailure {
            what: "the recorded run does not fail".to_owned(),
        }),
    }
}
