//! What can go wrong, and the exit code for each.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why a task was given up.
#[derive(Debug)]
pub enum Error {
    /// A command could not be started.
    Spawn {
        /// The command, as one would type it.
        command: String,
        /// Why not.
        source: io::Error,
    },
    /// A command ran and failed.
    Failed {
        /// The command, as one would type it.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A step of `cargo xtask test` failed.
    Step {
        /// The step's name.
        name: &'static str,
        /// Why.
        source: Box<Error>,
    },
    /// A file or folder could not be read or written.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Guests that were to be given are not there.
    NoGuests {
        /// Their folder.
        folder: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
    /// A command answered something that was not understood.
    Answer {
        /// The command, as one would type it.
        command: String,
        /// What was expected.
        expected: &'static str,
    },
    /// This machine cannot be set up; the text says what is missing and what to do.
    CannotSetUp(String),
    /// No test was run.
    NothingRan,
    /// More tests were skipped than may be.
    Skipped {
        /// How many were skipped.
        skipped: usize,
        /// How many may be.
        most: usize,
    },
    /// `cargo xtask tidy` has this many findings.
    Findings(usize),
}

impl Error {
    /// For `map_err`: an I/O error at `path`.
    pub fn io(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Io { path, source }
    }

    /// The exit code of xtask; see the table at the top of the crate.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed { status, .. } => exit_code_of(*status),
            Self::Step { source, .. } => source.exit_code(),
            Self::CannotSetUp(_) => 69,
            Self::Spawn { .. }
            | Self::Io { .. }
            | Self::NoGuests { .. }
            | Self::Answer { .. }
            | Self::NothingRan
            | Self::Skipped { .. }
            | Self::Findings(_) => 1,
        }
    }
}

/// The exit code that stands for `status`: as a shell does it, 128 + N for signal N.
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
            Self::Answer { command, expected } => {
                write!(f, "`{command}` did not answer with {expected}")
            }
            Self::CannotSetUp(text) => f.write_str(text),
            Self::NothingRan => f.write_str("no test was run"),
            Self::Skipped { skipped, most } => write!(
                f,
                "{skipped} tests were skipped, {most} may be: run them, or raise the number in \
                 ci/most-skipped"
            ),
            Self::Findings(1) => f.write_str("tidy: 1 finding"),
            Self::Findings(n) => write!(f, "tidy: {n} findings"),
        }
    }
}

impl std::error::Error for Error {}
