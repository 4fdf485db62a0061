//! A cycle in the words of a program: instructions, source lines, names of memory.

use serde::Serialize;

use crate::Reordering;

/// Version of the JSON form of a [`Story`].
pub const VERSION: u32 = 1;

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// [`VERSION`].
    pub version: u32,
    /// What was run, as a command line.
    pub program: String,
    /// The target: `aarch64`, `ppc64le`, `riscv64`, `x86_64`.
    pub target: String,
    /// The seed that failed first.
    pub seed: u64,
    /// How it failed: `exit status 1`, `signal 6 (SIGABRT)`, `panicked at src/a.rs:3:5`.
    pub failure: String,
    /// The command that reproduces the run.
    pub again: String,
    /// How much of the schedule was needed to fail.
    pub shrunk: Shrunk,
    /// The name of the litmus shape (MP, SB …); empty without a cycle.
    pub shape: String,
    /// Without a cycle: what the steps show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interleaving: Option<Interleaving>,
    /// The threads that take part, in order of columns.
    pub threads: Vec<Column>,
    /// What happened, in order of time: the accesses of the cycle, and the steps that explain it.
    pub steps: Vec<Step>,
    /// The cycle, over `steps`.
    pub edges: Vec<Relation>,
    /// Fixes, cheapest first.
    pub cures: Vec<Cure>,
    /// Further remarks, a sentence each: a misplaced barrier, a program without line numbers.
    pub notes: Vec<String>,
    /// Why the story is not the smallest, or not all fixes were tried; none: it is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<String>,
    /// What each part of the explanation cost. (Not the same each time, so it is not part of the JSON form.)
    #[serde(skip)]
    pub phases: Vec<Phase>,
}

/// The accesses to a contended location, where no cycle explains the failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interleaving {
    /// Whether the run is sequentially consistent: then the program fails by its interleaving alone.
    pub alone: bool,
    /// Indices into [`Story::steps`] of two accesses that nothing orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsynchronised: Option<[usize; 2]>,
    /// What the steps show, a sentence each.
    pub words: Vec<String>,
}

/// What a part of an explanation cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// What was done.
    pub name: String,
    /// Number of runs.
    pub trials: usize,
    /// Processor time in tenths of a second.
    pub tenths: u64,
}

/// What minimising left of a failing schedule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Shrunk {
    /// Delayed stores and delayed reads in the run as it was found.
    pub delays_before: usize,
    /// Those that remain.
    pub delays: usize,
    /// Turns of threads in the run as it was found.
    pub turns_before: usize,
    /// Those that remain, up to the failure.
    pub turns: usize,
    /// Runs that minimising took.
    pub runs: usize,
    /// Whether what remains is of another run, which fails in the same way with choices of one kind only.
    pub other: bool,
}

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its number: 0 is the first one.
    pub thread: u32,
    /// Its name, such as `thread 1`.
    pub name: String,
}

/// One row of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Index into [`Story::threads`].
    pub column: usize,
    /// What happens.
    pub what: What,
    /// Where in the code; none where no instruction runs (a store becomes visible).
    pub place: Option<Place>,
}

/// What a row of the story is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// A load.
    Load {
        /// The memory that was read: `ring.tail`, or an address.
        location: String,
        /// The value read, in hexadecimal or decimal.
        value: String,
        /// If the load returned a stale value: the newer value, which another thread had already stored.
        current: Option<String>,
    },
    /// A store.
    Store {
        /// The memory that was written.
        location: String,
        /// The value written.
        value: String,
        /// Index into [`Story::steps`] of the step at which it becomes visible, which is an earlier step if the
        /// store is early; none: at once.
        visible: Option<usize>,
    },
    /// An atomic read-modify-write, visible at once.
    Atomic {
        /// The memory that was written.
        location: String,
        /// The value written.
        value: String,
    },
    /// A barrier.
    Barrier {
        /// Why it does not help: `too late: it stands after the store that it should precede`.
        remark: Option<String>,
    },
    /// A store of the column's thread becomes visible to the other threads.
    Visible {
        /// Index into [`Story::steps`] of the store.
        store: usize,
        /// The memory that it writes.
        location: String,
        /// The value.
        value: String,
    },
}

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Guest address of the instruction.
    pub pc: u64,
    /// The instruction, disassembled: `str x1, [x0]`.
    pub instruction: String,
    /// The function, if it is known.
    pub function: Option<String>,
    /// The source file as the debug information names it, and the line.
    pub line: Option<Line>,
}

/// A line of a source file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The file, as short as it can be: `crates/aio-ring/src/producer.rs`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The text of the line, if the file is there.
    pub text: Option<String>,
}

/// An edge of the cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relation {
    /// Index into [`Story::steps`].
    pub from: usize,
    /// Index into [`Story::steps`].
    pub to: usize,
    /// `po`, `rf`, `fr` or `co`.
    pub name: String,
    /// For `po`: how the two accesses were reordered; none: they were not.
    #[serde(rename = "turned")]
    pub reordered: Option<Reordering>,
    /// The edge in words: `thread 1's store of ring.tail overtook its store of ring.event[3].data`.
    pub words: String,
}

/// A fix: an ordering that would have prevented the failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cure {
    /// Index into [`Story::edges`] of the edge that it orders.
    pub edge: usize,
    /// The instruction: `stlr`, `dmb ishst`, `fence w,w`.
    pub instruction: String,
    /// The same in Rust: `Ordering::Release on this store`; none: Rust has no such ordering.
    pub rust: Option<String>,
    /// Index into [`Story::steps`] of the access that is changed, or that the barrier precedes.
    pub step: usize,
    /// What a replay with it did.
    pub checked: Checked,
}

/// What a replay that assumed a fix did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Checked {
    /// Neither this schedule nor any other seed failed.
    Cures {
        /// How many other seeds were tried.
        seeds: usize,
    },
    /// This schedule no longer failed, but other seeds did: there is more than one cause.
    CuresThisRun {
        /// How many seeds still failed.
        failed: usize,
        /// How many were tried.
        seeds: usize,
    },
    /// This schedule still failed.
    Fails,
}
