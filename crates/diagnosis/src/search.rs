//! A run that fails: the first seed's, or a recorded one.

use std::ops::RangeInclusive;

use schedule::Choices;

use crate::error::Error;
use crate::trial::{Ask, Trials};

/// A run that failed.
#[derive(Debug)]
pub struct Failed {
    /// With the seed.
    pub trials: Trials,
    /// How.
    pub failure: String,
    /// By which choices.
    pub choices: Choices,
}

/// The first seed that fails; `progress` is told what is being tried.
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
        progress(format!("looking for a failure: seed {seed}"));
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

/// The failure of a recorded run.
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
