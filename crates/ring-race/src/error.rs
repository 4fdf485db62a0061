//! Errors of the race in the ring. Each is one line: the thing, the reason, the next command.

use std::path::PathBuf;

use emulator::suggestion::Suggestion;
use thiserror::Error as ThisError;

/// Why there is no answer of the ring, or no matrix of its runs.
#[derive(Debug, ThisError)]
pub enum Error {
    /// No such variant of the ring.
    #[error("unknown variant `{given}`: use one of {allowed}{hint}")]
    UnknownVariant {
        /// What was asked for.
        given: String,
        /// What there is.
        allowed: String,
        /// The nearest one.
        hint: Suggestion,
    },

    /// A run without events shows nothing.
    #[error("0 events show nothing: use --events 1 or more")]
    NoEvents,

    /// One slot always stays empty, so a ring needs two.
    #[error(
        "a ring of {slots} slots cannot hold an event (one slot stays empty): use --slots 2 or more"
    )]
    TooFewSlots {
        /// What was asked for.
        slots: u32,
    },

    /// The ring's guest crashed, or gave an invalid answer.
    #[error("the ring's guest failed: {message}")]
    GuestFailed {
        /// How.
        message: String,
    },

    /// A run of many failed.
    #[error("{run}: {error}")]
    InRun {
        /// Which one.
        run: String,
        /// How.
        error: Box<Error>,
    },

    /// A file cannot be merged.
    #[error("`{}` is not a result of `overtake matrix --format json`: {message}", path.display())]
    NotAResult {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },

    /// A folder has nothing to merge.
    #[error("`{}` contains no result (`*.json`): make one with `overtake matrix --format json --output FILE`", folder.display())]
    NoResults {
        /// The folder.
        folder: PathBuf,
    },

    /// Results cannot be merged with each other.
    #[error("cannot merge these results: {message}")]
    ResultsDiffer {
        /// Which, why, and what to do.
        message: String,
    },

    /// There are gaps between the results.
    #[error("seeds are missing: {}: run them, and merge again", few(missing))]
    SeedsMissing {
        /// The cells and their seeds.
        missing: Vec<String>,
    },

    /// The guest was not run, or its run has no outcome.
    #[error(transparent)]
    Emulator(#[from] emulator::error::Error),
}

impl Error {
    /// The error with the run that it happened in, unless overtake itself was asked to end.
    #[must_use]
    pub fn in_run(self, run: impl FnOnce() -> String) -> Self {
        match self {
            Error::Emulator(emulator::error::Error::Interrupted { .. }) => self,
            error => Error::InRun {
                run: run(),
                error: Box::new(error),
            },
        }
    }
}

/// The first of these, and how many more there are.
fn few(all: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut text = all[..all.len().min(SHOWN)].join("; ");
    if all.len() > SHOWN {
        text += &format!("; and {} more", all.len() - SHOWN);
    }
    text
}
