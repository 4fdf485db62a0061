//! A test to run, and one that ran.

use std::fs;
use std::path::{Path, PathBuf};

use litmus::{Histogram, Test};

use crate::error::Error;

/// A test to run.
#[derive(Debug)]
pub struct Task {
    /// Its file, for error messages.
    pub file: PathBuf,
    /// The test, or why there is none.
    pub test: Result<Test, Error>,
    /// Whether it is for CPUs that make two accesses of one to 16 bytes, or for those that do not; `None`: for
    /// all.
    pub halves: Option<bool>,
}

/// A test that ran with all seeds.
#[derive(Debug)]
pub struct Done {
    /// The test.
    pub test: Test,
    /// How often each final state was reached.
    pub histogram: Histogram,
    /// Iterations with all seeds.
    pub iterations: u64,
}

impl Task {
    /// The test in a file.
    pub fn read(file: &Path) -> Self {
        let wrong = |position, message| Error::LitmusTest {
            file: file.to_owned(),
            position,
            message,
        };
        let text = fs::read_to_string(file)
            .map_err(|error| wrong(None, format!("cannot read the test: {error}")));
        Task {
            file: file.to_owned(),
            halves: None,
            test: text.and_then(|text| {
                Test::parse(&text).map_err(|error| wrong(Some(error.position), error.message))
            }),
        }
    }
}
