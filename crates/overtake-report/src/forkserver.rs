//! What passes between the command line and a guest that is started once for many seeds.
//!
//! The plugin connects to the socket that its `forkserver=` option names when the guest is about to
//! create its first thread: up to there no seed matters. It takes an [`Order`] a line, makes a copy
//! of the process for it, which runs on with the order's seed, and gives two [`Answer`]s.

use serde::{Deserialize, Serialize};

/// Run with a seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Where every free choice comes from.
    pub seed: u64,
    /// The file that the report is written to.
    pub report: String,
    /// The file that standard output is appended to.
    pub output: String,
    /// The file that standard error is appended to.
    pub errors: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// A copy of the process runs.
    Started {
        /// Its number, for who wants to end it.
        pid: i32,
    },
    /// It has ended.
    Ended {
        /// Its status, as `wait` gives it.
        status: i32,
    },
    /// No copy could be made.
    Failed {
        /// Why.
        message: String,
    },
}
