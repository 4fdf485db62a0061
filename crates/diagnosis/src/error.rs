//! What can go wrong with a diagnosis: one line each, that says what, and what to do.

use std::path::PathBuf;

use thiserror::Error as ThisError;

/// Why there is no diagnosis.
#[derive(Debug, ThisError)]
pub enum Error {
    /// What the plugin wrote down cannot be read.
    #[error(
        "what was written down of the run cannot be read: {why}: a defect of overtake, please report it"
    )]
    Recording {
        /// Why.
        why: String,
    },

    /// A schedule cannot be used.
    #[error("cannot use the schedule `{}`: {why}: record it again with `overtake run --record FILE`", path.display())]
    Schedule {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },

    /// Nothing failed that could be explained.
    #[error(
        "{what}: nothing to explain; try more with --seeds, or say how a failure is known with --expect or --fail-on"
    )]
    NoFailure {
        /// What did not fail.
        what: String,
    },

    /// The program fails with all its orderings.
    #[error(
        "the program fails as it is ({failure}, seed {seed}): mend that first, see `overtake explain`"
    )]
    FailsAlready {
        /// How.
        failure: String,
        /// With which seed.
        seed: u64,
    },

    /// A failing run does not fail again.
    #[error(
        "the run of seed {seed} failed ({failure}), and with the same choices it does not: it depends on the clock or on other processes, see README, \"What repeats\""
    )]
    NotAgain {
        /// The seed.
        seed: u64,
        /// How it had failed.
        failure: String,
    },

    /// The race in the ring cannot be run as asked.
    #[error(transparent)]
    Race(#[from] ring_race::error::Error),

    /// A guest was not run, or its run has no outcome.
    #[error(transparent)]
    Emulator(#[from] emulator::error::Error),
}
