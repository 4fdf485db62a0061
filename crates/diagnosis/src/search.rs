//! Finds a run that fails: that of the first failing seed, or a recorded one.

use std::ops::RangeInclusive;

use schedule::Choices;

use crate::cost::{Ended, Meter, Phase};
use crate::error::Error;
use crate::failure::DOES_NOT_END;
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
    /// Guest instructions that it took; 0 if that is not known.
    pub instructions: u64,
    /// What finding it cost.
    pub cost: Phase,
}

impl Failed {
    /// Guest instructions after which a run with fewer choices counts as one that did not fail; none if the program
    /// fails because it does not end.
    ///
    /// A sequentially consistent machine with a fair scheduler needs other turns than the failing run did, and so
    /// more instructions, but not many times as many.
    pub fn most(&self) -> Option<u64> {
        /// For turns of threads that wait (`schedule::Replay` lets one run for 10,000 instructions).
        const ONCE: u64 = 1_000_000;
        const TIMES: u64 = 4;
        // The last turn, which prints a panic for example, has no end among the choices.
        let length = length(&self.choices).max(self.instructions);
        let most = ONCE.saturating_add(length.saturating_mul(TIMES));
        (self.failure != DOES_NOT_END).then_some(most)
    }
}

/// How many instructions the threads of a run started.
fn length(choices: &Choices) -> u64 {
    let turns = choices.turns.iter().map(|turn| turn.until);
    // The last turn may have no end.
    let known = turns.filter(|until| until.instructions != u64::MAX);
    let mut threads = std::collections::BTreeMap::new();
    for until in known {
        threads.insert(until.thread, until.instructions);
    }
    threads.values().sum()
}

/// Finds the first seed that fails; `progress` receives the seed that runs.
pub fn search(
    mut trials: Trials,
    seeds: RangeInclusive<u64>,
    progress: &dyn Fn(String),
) -> Result<Failed, Error> {
    let meter = Meter::start("looking for a seed", &trials);
    let what = if seeds.start() == seeds.end() {
        format!("seed {} does not fail", seeds.start())
    } else {
        format!(
            "none of the seeds {} to {} fails",
            seeds.start(),
            seeds.end()
        )
    };
    let first = *seeds.start();
    let asks = seeds.map(|seed| {
        progress(format!("looking for a seed that fails: {seed}"));
        Ask {
            seed: Some(seed),
            record: true,
            ..Ask::default()
        }
    });
    let found = trials.first(asks, |trial| trial.failure.is_some());
    let found = found.map_err(|error| match Ended::of(&error) {
        Some(Ended::Budget) => Error::OutOfTime {
            // Those that have ended were counted, and so was this one.
            seed: first.wrapping_add(meter.trials(&trials).saturating_sub(1) as u64),
        },
        _ => error,
    });
    match found? {
        Some((index, trial)) => {
            trials.setup.emulation.seed = first.wrapping_add(index as u64);
            Ok(Failed {
                cost: meter.stop(&trials),
                trials,
                failure: trial.failure.unwrap_or_default(),
                choices: trial.choices,
                instructions: trial.instructions,
            })
        }
        None => Err(Error::NoFailure { what }),
    }
}

/// Replays a recorded run, which must fail.
pub fn replayed(trials: Trials, choices: Choices) -> Result<Failed, Error> {
    let meter = Meter::start("replaying the schedule", &trials);
    let ask = Ask {
        choices: Some(&choices),
        ..Ask::default()
    };
    let trial = trials.run(ask)?;
    match trial.failure {
        Some(failure) => Ok(Failed {
            cost: meter.stop(&trials),
            trials,
            failure,
            choices,
            instructions: trial.instructions,
        }),
        None => Err(Error::NoFailure {
            what: "the recorded run does not fail".to_owned(),
        }),
    }
}
