//! The formats in which the plugin and the command line talk to each other.
//!
//! In and out: JSON of a [`Report`], of [`trace`] lines, and of fork server messages ([`forkserver`]).
//! Never knows: how the plugin or the command line works.
//!
//! The plugin writes one [`Report`] into the file that its `report=` option names: once when it is
//! loaded ([`End::Loaded`]), once when the guest makes its first system call ([`End::Running`]), and
//! once more when the run ends. If the file is missing, the plugin was never loaded. If it still says
//! `Running`, something outside ended the guest: a signal, or an
//! `execve`.

#![forbid(unsafe_code)]

pub mod doing;
pub mod forkserver;
pub mod input;
pub mod trace;

use crate::doing::Scene;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use input::Input;

/// Version of the format. A reader refuses any other.
pub const VERSION: u32 = 7;

/// The size of the file, in bytes. The report ends before the last one.
///
/// If that is not zero, the time limit is reached: the plugin ends the run with [`End::OutOfTime`].
pub const ROOM: usize = 64 << 10;

/// The plugin's report on one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`VERSION`] of the writer.
    pub version: u32,
    /// The seed of all free choices of the run.
    pub seed: u64,
    /// How the run ended.
    pub end: End,
    /// What was tested.
    pub stats: Stats,
    /// Hash over the guest's instructions and memory accesses, if requested (16 hexadecimal digits).
    pub trace_hash: Option<String>,
    /// What the guest read that differs between runs of the same seed, and how often.
    pub inputs: BTreeMap<Input, u64>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum End {
    /// The plugin is loaded, and the guest has not made a system call yet.
    Loaded,
    /// It is still running, or something outside ended it.
    Running,
    /// The guest exited.
    Exited,
    /// A check of the guest failed (crate `overtake-mark`), which ended the run.
    Marked {
        /// The guest's message.
        message: String,
    },
    /// The budget of guest instructions was used up.
    BudgetExhausted {
        /// The budget, in guest instructions.
        budget: u64,
        /// What the threads that had not ended were doing.
        scene: Scene,
    },
    /// The time limit was reached, and the reader asked for the end ([`ROOM`]).
    OutOfTime {
        /// What the threads that had not ended were doing.
        scene: Scene,
    },
    /// Check mode found memory that no observed access explains.
    CheckFailed {
        /// Address, bytes expected and bytes found.
        message: String,
    },
    /// A store that became visible before its thread made it was not made as it was.
    BrokenPromise {
        /// Which store, and how.
        message: String,
    },
    /// The plugin refused one of its options.
    BadOption {
        /// Which option, and what is allowed.
        message: String,
    },
    /// The plugin refused this QEMU (its API version, system emulation, an unknown guest).
    Refused {
        /// The reason.
        message: String,
    },
    /// The plugin could not write a file that it was asked for.
    Unwritten {
        /// The file, the reason, and what to do.
        message: String,
    },
    /// The plugin could not continue: a defect of overtake.
    Internal {
        /// What happened.
        message: String,
    },
}

/// What a run tested. If these are zero, a pass means little.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Guest instructions executed, over all threads.
    pub instructions: u64,
    /// Guest threads that ran.
    pub threads: u64,
    /// Pages that at least two threads accessed. Only accesses to these go through the model.
    pub shared_pages: u64,
    /// Loads from shared pages.
    pub shared_loads: u64,
    /// Stores to shared pages, atomic read-modify-writes among them.
    pub shared_stores: u64,
    /// Stores that became visible after a later store of the same thread.
    pub overtaken_by_store: u64,
    /// Stores that became visible after a later load of the same thread.
    pub overtaken_by_load: u64,
    /// Stores that became visible before their thread made them, and so before earlier loads of it.
    pub early_stores: u64,
    /// Loads that returned a stale value: a newer write was already visible.
    pub stale_loads: u64,
    /// Context switches from one guest thread to another.
    pub hand_offs: u64,
    /// Child processes that the guest made. What they did is not counted.
    pub children: u64,
    /// Choices of the next thread that depended on the clock. If there are any, the same seed may give
    /// another run. Causes: a system call took longer than expected, QEMU stopped all threads
    /// unexpectedly, or a host thread got no processor.
    pub unsettled_choices: u64,
}

/// Exit codes with which the plugin ends a guest.
///
/// A guest may exit with the same numbers; the report's [`End`] tells the two apart.
pub mod exit_code {
    /// A plugin option was refused.
    pub const BAD_OPTION: i32 = 75;
    /// The budget of guest instructions was used up.
    pub const BUDGET: i32 = 80;
    /// A check of the guest failed.
    pub const MARKED: i32 = 93;
    /// Check mode found a difference.
    pub const CHECK: i32 = 82;
    /// An early store was not made as it was.
    pub const BROKEN_PROMISE: i32 = 97;
    /// A defect of the plugin.
    pub const INTERNAL: i32 = 83;
}
