//! What a run did to memory that threads share, in the order in which it happened.
//!
//! The plugin writes a [`Line`] of JSON for each event into the file that its `trace=` option names.
//! From it follows who read what from whom, and so which accesses were seen out of order.

use arch::Pairs;
use serde::{Deserialize, Serialize};

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// A file is mapped. All are named before the first event, and once more at the end.
    Module(Module),
    /// The guest has named memory.
    Object(Object),
    /// Something happened.
    Event(Event),
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The files that were mapped.
    pub modules: Vec<Module>,
    /// What the guest has named (see the crate `overtake-mark`).
    pub objects: Vec<Object>,
    /// What happened, from the first access of shared memory on.
    pub events: Vec<Event>,
}

impl Trace {
    /// The trace of these lines.
    pub fn from_lines(lines: impl IntoIterator<Item = Line>) -> Self {
        let mut trace = Self::default();
        for line in lines {
            match line {
                Line::Module(module) => {
                    if !trace.modules.contains(&module) {
                        trace.modules.push(module);
                    }
                }
                Line::Object(object) => trace.objects.push(object),
                Line::Event(event) => trace.events.push(event),
            }
        }
        trace
    }
}

/// A part of a file that is mapped in the guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Guest address of its first byte.
    pub start: u64,
    /// Guest address behind its last byte.
    pub end: u64,
    /// Where `start` is in the file.
    pub offset: u64,
    /// The file.
    pub path: String,
}

/// Memory that the guest has given a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Guest address.
    pub addr: u64,
    /// Bytes.
    pub size: u64,
    /// What it is called, such as `ring.tail`.
    pub name: String,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// A thread accessed shared memory.
    Access(Access),
    /// A store that was pending has become visible to the other threads. (For an atomic it
    /// follows its [`Event::Access`] at once.)
    Visible {
        /// Whose.
        thread: u32,
        /// [`Access::number`] of the store.
        number: u64,
        /// When: 1, 2, … in the order in which stores become visible (with gaps).
        write: u64,
    },
    /// A thread went through an instruction that orders accesses and makes none itself.
    Barrier {
        /// Who.
        thread: u32,
        /// Guest address of the instruction.
        pc: u64,
        /// Which pairs it orders.
        orders: Pairs,
    },
    /// From here on this thread runs.
    Turn {
        /// Who.
        thread: u32,
    },
    /// Memory may have been written by the kernel.
    Outside,
}

/// An access of shared memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Who.
    pub thread: u32,
    /// Guest address of the instruction.
    pub pc: u64,
    /// Guest address.
    pub addr: u64,
    /// Load, store, or both.
    pub op: Op,
    /// What was read, or what was written if it is a store or an atomic; in memory order. As many
    /// as were accessed, at most 16.
    pub bytes: Vec<u8>,
    /// For stores and atomics: 1, 2, … among those of its thread.
    pub number: Option<u64>,
    /// For loads: where it read the past, the oldest write ([`Event::Visible`]) that it did not see:
    /// (address of the eight bytes, write). It saw none of the later writes there either, but those
    /// of its own thread.
    pub unseen: Vec<(u64, u64)>,
    /// The instruction is an acquire.
    pub acquire: bool,
    /// The instruction is a release.
    pub release: bool,
    /// What the instruction orders besides (a locked instruction of x86, for instance).
    pub orders: Pairs,
}

/// What an access does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// It reads.
    Load,
    /// It writes.
    Store,
    /// It reads and writes at once: a read-modify-write, or a store-conditional that succeeded
    /// (whose read was the load-reserved before it). It reads what is newest.
    Atomic,
}
