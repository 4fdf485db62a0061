//! The errors of a task, and the exit code for each.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// The reason for which a task failed.
#[derive(Debug)]
pub enum Error {
    /// A command could not be started.
    Spawn {
        /// The command, as typed.
        command: String,
        /// The cause.
        source: io::Error,
    },
    /// A command ran and failed.
    Failed {
        /// The command, as typed.
        command: String,
        /// The status with which it ended.
        status: ExitStatus,
    },
    /// A step of `cargo xtask check` or `cargo xtask test` failed.
    Step {
        /// The name of the step.
        name: &'static str,
        /// The cause.
        source: Box<Error>,
    },
    /// A file or folder could not be read or written.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Guests that should have been built elsewhere are missing.
    NoGuests {
        /// The folder of the guests.
        folder: PathBuf,
        /// The reason why it cannot be read.
        source: io::Error,
    },
    /// The output of a command was not as expected.
    Output {
        /// The command, as typed.
        command: String,
        /// The expected output.
        expected: &'static str,
    },
    /// This machine cannot be set up; the text says what is missing and what to do.
    CannotSetUp(String),
    /// No test was run.
    NothingRan,
    /// More tests were skipped than are allowed.
    Skipped {
        /// The number of tests that were skipped.
        skipped: usize,
        /// The number of tests that may be skipped.
        most: usize,
    },
    /// `cargo xtask tidy` has so many findings.
    Findings(usize),
}

impl Error {
    /// Returns a function for `map_err` that adds `path` to an I/O error.
    pub fn io(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Io { path, source }
    }

    /// Returns the exit code of xtask; see the table at the top of the crate.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed { status, .. } => exit_code_of(*status),
            Self::Step { source, .. } => source.exit_code(),
            Self::CannotSetUp(_) => 69,
            Self::Spawn { .. }
            | Self::Io { .. }
            | Self::NoGuests { .. }
            | Self::Output { .. }
            | Self::NothingRan
            | Self::Skipped { .. }
            | Self::Findings(_) => 1,
        }
    }
}

/// Returns the exit code for `status`, as a shell does: 128 + N for signal N.
#[must_use]
pub fn exit_code_of(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spawn { command, source } => write!(f, "cannot start `{command}`: {source}"),
            Self::Failed { command, status } => write!(f, "`{command}` failed: {status}"),
            Self::Step { name, source } => {
                let code = self.exit_code();
                write!(f, "step `{name}` failed with exit code {code}: {source}")
            }
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::NoGuests { folder, source } => write!(
                f,
                "{}: {source}: put the folder `guests` of another machine's `target/overtake` \
                 there, or build the guests without --given-guests",
                folder.display()
            ),
            Self::Output { command, expected } => {
                write!(f, "unexpected output of `{command}`: expected {expected}")
            }
            Self::CannotSetUp(text) => f.write_str(text),
            Self::NothingRan => f.write_str("no test was run"),
            Self::Skipped { skipped, most } => write!(
                f,
                "{skipped} tests were skipped, at most {most} are allowed: run them, or raise the number in \
                 ci/most-skipped"
            ),
            Self::Findings(1) => f.write_str("tidy: 1 finding"),
            Self::Findings(n) => write!(f, "tidy: {n} findings"),
        }
    }
}

impl std::error::Error for Error {}
