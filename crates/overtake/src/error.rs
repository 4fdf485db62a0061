//! Errors of commands: those of the crates below, and the command line's own. Each is one line: the thing,
//! the reason, the next command.

use std::io;

use arch::Arch;
use thiserror::Error as ThisError;

/// A failure of `overtake`, not of the guest.
#[derive(Debug, ThisError)]
pub enum Error {
    /// A guest was not run, or its run has no outcome.
    #[error(transparent)]
    Emulator(#[from] emulator::error::Error),

    /// The race in the ring.
    #[error(transparent)]
    Race(#[from] ring_race::error::Error),

    /// A diagnosis.
    #[error(transparent)]
    Diagnosis(#[from] diagnosis::error::Error),

    /// Litmus tests.
    #[error(transparent)]
    Litmus(#[from] litmus_runner::error::Error),

    /// No litmus test can be made of what was given.
    #[error(
        "cannot generate a test for {0}: {source}; see `overtake generate --arch {0} --list`",
        arch.herd_name()
    )]
    NoTest {
        /// For this architecture.
        arch: Arch,
        /// Why.
        source: diy::Error,
    },

    /// A run of many failed.
    #[error("{run}: {error}")]
    InRun {
        /// Which one.
        run: String,
        /// How.
        error: Box<Error>,
    },

    /// The file system refused.
    #[error("{what}: {source}{}", emulator::limits::hint(source))]
    FileSystem {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
}

impl Error {
    /// The error with the run that it happened in, unless overtake itself was asked to end.
    pub fn in_run(self, run: impl FnOnce() -> String) -> Self {
        if self.is_interruption() {
            return self;
        }
        Error::InRun {
            run: run(),
            error: Box::new(self),
        }
    }

    /// Whether overtake itself was asked to end.
    fn is_interruption(&self) -> bool {
        use diagnosis::error::Error as Diagnosis;
        use emulator::error::Error as Emulator;
        use ring_race::error::Error as Race;

        matches!(
            self,
            Error::Emulator(Emulator::Interrupted { .. })
                | Error::Race(Race::Emulator(Emulator::Interrupted { .. }))
                | Error::Diagnosis(
                    Diagnosis::Emulator(Emulator::Interrupted { .. })
                        | Diagnosis::Race(Race::Emulator(Emulator::Interrupted { .. }))
                )
        )
    }

    /// Standard output could not be written to.
    pub fn output(source: io::Error) -> Self {
        Error::FileSystem {
            what: "cannot write to standard output".to_owned(),
            source,
        }
    }
}
