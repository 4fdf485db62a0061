//! Errors of litmus tests. Each is one line: the thing, the reason, the next command.

use std::io;
use std::path::PathBuf;

use emulator::limits;
use emulator::suggestion::Suggestion;
use litmus::Position;
use thiserror::Error as ThisError;

/// Why a test has no histogram, or no verdict.
#[derive(Debug, ThisError)]
pub enum Error {
    /// There is no assembler for a target.
    #[error("cannot start `{assembler}`: {source}{}", remedy(source, package))]
    AssemblerMissing {
        /// Its name.
        assembler: String,
        /// The package that brings it.
        package: String,
        /// Why.
        source: io::Error,
    },

    /// A litmus test cannot be run as it is.
    #[error("{}{}: {message}", file.display(), position.map(|position| format!(":{position}")).unwrap_or_default())]
    LitmusTest {
        /// The test.
        file: PathBuf,
        /// Where in it.
        position: Option<Position>,
        /// Why, and what to do.
        message: String,
    },

    /// The emulated CPU lacks an instruction of a litmus test.
    #[error(
        "{}: the test ended with SIGILL on the CPU `{cpu}`: use one that has its instructions \
         (--cpu NAME)",
        file.display()
    )]
    NoInstruction {
        /// The test.
        file: PathBuf,
        /// The CPU.
        cpu: String,
    },

    /// A file of verdicts cannot be used.
    #[error("cannot use the verdicts in `{}`: {message}", path.display())]
    Verdicts {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },

    /// The suite has nothing of that name.
    #[error("the suite has no {what} `{given}`{of}: use the name of one of its {what}s{hint}")]
    NotInSuite {
        /// A test or a shape.
        what: &'static str,
        /// What was asked for.
        given: String,
        /// For which architectures, if not for all.
        of: String,
        /// The nearest one.
        hint: Suggestion,
    },

    /// A run of many failed.
    #[error("{run}: {error}")]
    InRun {
        /// Which one.
        run: String,
        /// How.
        error: Box<Error>,
    },

    /// The guest was not run, or its run has no outcome.
    #[error(transparent)]
    Emulator(#[from] emulator::error::Error),
}

/// What to do about an assembler that did not start.
fn remedy(source: &io::Error, package: &str) -> String {
    match limits::hint(source) {
        "" => format!(": install it (`apt install {package}`)"),
        limit => limit.to_owned(),
    }
}
