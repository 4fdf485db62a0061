//! What a run under the plugin reports to the command line.
//!
//! The plugin writes one [`Report`] as JSON into the file that its `report=` option names: once
//! when it is loaded ([`End::Running`]), and once more when the run ends. A file that is missing
//! says that the plugin was never loaded; one that still says `Running` that the guest was ended
//! from outside (killed, or replaced by `execve`).

#![forbid(unsafe_code)]

pub mod forkserver;
pub mod trace;

use serde::{Deserialize, Serialize};

/// Version of the format; a reader refuses another one.
pub const VERSION: u32 = 3;

/// The plugin's report on one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`VERSION`] of the writer.
    pub version: u32,
    /// The seed that every free choice of the run came from.
    pub seed: u64,
    /// How the run ended.
    pub end: End,
    /// What was tested.
    pub stats: Stats,
    /// Hash over the guest's instructions and memory accesses, if it was asked for
    /// (16 hexadecimal digits).
    pub trace_hash: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum End {
    /// Still running, or ended from outside.
    Running,
    /// The guest ended by itself.
    Exited,
    /// A check that the guest marked has failed (crate `overtake-mark`), and so the run was ended.
    Marked {
        /// What the guest said.
        message: String,
    },
    /// The budget of guest instructions was used up.
    BudgetExhausted {
        /// The budget, in guest instructions.
        budget: u64,
    },
    /// The check mode found memory that no observed access explains.
    CheckFailed {
        /// Address, bytes expected and bytes found.
        message: String,
    },
    /// The plugin refused one of its options.
    BadOption {
        /// Which one, and what is allowed.
        message: String,
    },
    /// The plugin refused this QEMU (its API version, system emulation, an unknown guest).
    Refused {
        /// What was wrong with it.
        message: String,
    },
    /// The plugin could not go on; a defect of overtake.
    Internal {
        /// What happened.
        message: String,
    },
}

/// What a run tested: with zeros here, a pass means little.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Guest instructions executed, over all threads.
    pub instructions: u64,
    /// Guest threads that ran.
    pub threads: u64,
    /// Pages that at least two threads touched; only their accesses go through the model.
    pub shared_pages: u64,
    /// Loads from shared pages.
    pub shared_loads: u64,
    /// Stores to shared pages, atomic read-modify-writes among them.
    pub shared_stores: u64,
    /// Stores that became visible after a later store of the same thread.
    pub overtaken_by_store: u64,
    /// Stores that became visible after a later load of the same thread.
    pub overtaken_by_load: u64,
    /// Loads that read the past, although a newer write was visible.
    pub stale_loads: u64,
    /// Times that one thread stopped and another went on.
    pub hand_offs: u64,
    /// Choices of a thread that depended on the clock, because a system call that was expected to
    /// be short took long, QEMU stopped all threads for something unforeseen, or a host thread
    /// got no processor: with any, the same seed may give another run.
    pub unsettled_choices: u64,
}

/// Exit codes with which the plugin ends a guest that it cannot let run on.
///
/// A guest may use the same numbers; the report's [`End`] tells which it was.
pub mod exit_code {
    /// The plugin's option was refused.
    pub const BAD_OPTION: i32 = 75;
    /// The budget of guest instructions was used up.
    pub const BUDGET: i32 = 80;
    /// A check that the guest marked has failed.
    pub const MARKED: i32 = 93;
    /// The check mode found a difference.
    pub const CHECK: i32 = 82;
    /// A defect of the plugin.
    pub const INTERNAL: i32 = 83;
}
