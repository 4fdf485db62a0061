//! Messages between the command line and a fork server: a guest that is started once for many seeds.
//!
//! The plugin connects to the socket that its `forkserver=` option names when the guest is about to
//! create its first thread: until then a run does not depend on its seed. It reads an [`Order`] from
//! each line, forks the process, lets the copy run with the order's seed, and writes two
//! [`Answer`]s.

use serde::{Deserialize, Serialize};

/// Orders a run with a seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The seed of all free choices.
    pub seed: u64,
    /// The file that the report is written to.
    pub report: String,
    /// The file that standard output is appended to.
    pub output: String,
    /// The file that standard error is appended to.
    pub errors: String,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// A copy of the process was started.
    Started {
        /// Its process id.
        pid: i32,
    },
    /// The copy has ended.
    Ended {
        /// Its wait status.
        status: i32,
    },
    /// No copy could be made.
    Failed {
        /// The reason.
        message: String,
    },
}
