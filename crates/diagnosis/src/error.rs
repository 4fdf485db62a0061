//! Errors of a diagnosis. Each is one line: the thing, the reason, the next command.

use std::path::PathBuf;

use thiserror::Error as ThisError;

/// Why there is no diagnosis.
#[derive(Debug, ThisError)]
pub enum Error {
    /// The plugin's recording or trace cannot be read.
    #[error(
        "cannot read the recording of the run: {why}: this is a defect of overtake, please report it"
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

    /// No run failed.
    #[error(
        "nothing to explain: {what}: try more seeds with --seeds, or define the failure with --expect or --fail-on"
    )]
    NoFailure {
        /// What did not fail.
        what: String,
    },

    /// The budget ended before a run failed.
    #[error(
        "nothing to explain yet: the budget of processor time ended while seed {seed} ran, and none before it \
         failed: give more with --within, or name a seed that fails with --seed"
    )]
    OutOfTime {
        /// The first seed that has not ended.
        seed: u64,
    },

    /// The program fails with all its orderings.
    #[error(
        "the program fails with all its orderings ({failure}, seed {seed}): fix that first, with `overtake explain`"
    )]
    FailsAlready {
        /// How.
        failure: String,
        /// With which seed.
        seed: u64,
    },

    /// A failing run does not fail when it is replayed.
    #[error(
        "the run of seed {seed} failed ({failure}), but does not fail when it is replayed: it depends on the clock or on other processes, see README, \"What repeats\""
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
