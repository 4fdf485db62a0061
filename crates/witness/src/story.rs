//! A cycle in words that people know.

use serde::Serialize;

use crate::Way;

/// Version of the JSON form.
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
    /// The command that does it again.
    pub again: String,
    /// How much of what was chosen was needed.
    pub shrunk: Shrunk,
    /// The name of the litmus shape (MP, SB …).
    pub shape: String,
    /// The threads that take part, in order of columns.
    pub threads: Vec<Column>,
    /// What happened, downwards in time. Rows of the accesses of the cycle and what makes it clear.
    pub steps: Vec<Step>,
    /// The cycle, over `steps`.
    pub edges: Vec<Relation>,
    /// What would have prevented it, cheapest first.
    pub cures: Vec<Cure>,
    /// What is worth knowing besides, a sentence each: a barrier that stands in the wrong place, a program
    /// without line numbers.
    pub notes: Vec<String>,
}

/// What shrinking left of a failing run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Shrunk {
    /// Stores kept back, or writes left unseen, in the run as it was found.
    pub delays_before: usize,
    /// Those that are left.
    pub delays: usize,
    /// Turns of threads in the run as it was found.
    pub turns_before: usize,
    /// Those that are left, up to the failure.
    pub turns: usize,
    /// Runs that it took.
    pub runs: usize,
}

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its number: 0 is the first one.
    pub thread: u32,
    /// What it is called, such as `thread 1`.
    pub name: String,
}

/// One row of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Index into [`Story::threads`].
    pub column: usize,
    /// What it is.
    pub what: What,
    /// Where in the code; none for what no instruction does at that moment (a store that becomes
    /// visible).
    pub place: Option<Place>,
}

/// What a row of the story is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// A load.
    Load {
        /// What was read: `ring.tail`, or an address.
        location: String,
        /// The value read, in hexadecimal or decimal.
        value: String,
        /// The value that was visible to others, or already stored by another thread, where the load read an older one.
        current: Option<String>,
    },
    /// A store.
    Store {
        /// What was written.
        location: String,
        /// The value written.
        value: String,
        /// Index into [`Story::steps`] of the step at which it becomes visible; none: at once.
        visible: Option<usize>,
    },
    /// An atomic read-modify-write, visible at once.
    Atomic {
        /// What was written.
        location: String,
        /// The value written.
        value: String,
    },
    /// A barrier.
    Barrier {
        /// What is wrong with it, if it is: `too late: it stands after the store that it should precede`.
        remark: Option<String>,
    },
    /// A store of the column's thread becomes visible to the other threads.
    Visible {
        /// Index into [`Story::steps`] of the store.
        store: usize,
        /// What it writes.
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
    /// For `po`: what was turned round; none: this order was kept.
    pub turned: Option<Way>,
    /// The edge in words: `thread 1's store of ring.tail overtook its store of ring.event[3].data`.
    pub words: String,
}

/// What would have prevented it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cure {
    /// Index into [`Story::edges`] of the edge that it orders.
    pub edge: usize,
    /// The instruction that does it: `stlr`, `dmb ishst`, `fence w,w`.
    pub instruction: String,
    /// The same in Rust: `Ordering::Release on this store`; none: Rust has no such ordering.
    pub rust: Option<String>,
    /// Where: index into [`Story::steps`] of the access that is changed, or before which a barrier is put.
    pub step: usize,
    /// Whether a replay with it no longer failed.
    pub checked: Checked,
}

/// What a replay with a supposed cure did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Checked {
    /// Neither this schedule nor any of so many seeds failed any more.
    Cures {
        /// How many seeds were tried besides.
        seeds: usize,
    },
    /// This schedule failed no more, but another seed did: there is more than one cause.
    CuresThisRun {
        /// Seeds that still failed.
        failed: usize,
        /// Of so many.
        seeds: usize,
    },
    /// It failed all the same.
    Fails,
}
