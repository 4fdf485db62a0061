//! A trace: the accesses of a run to shared memory, in the order in which they happened.
//!
//! The plugin writes a [`Line`] of JSON for each event into the file that its `trace=` option names.
//! A reader can tell which load read which store, and so which accesses were reordered.

use arch::Pairs;
use serde::{Deserialize, Serialize};

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// A mapped file. All are listed before the first event, and again at the end.
    Module(Module),
    /// Memory that the guest named.
    Object(Object),
    /// An event.
    Event(Event),
}

/// A whole trace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The mapped files.
    pub modules: Vec<Module>,
    /// The memory that the guest named (crate `overtake-mark`).
    pub objects: Vec<Object>,
    /// The events, from the first access to shared memory on.
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
    /// Guest address after its last byte.
    pub end: u64,
    /// Offset of `start` in the file.
    pub offset: u64,
    /// Path of the file.
    pub path: String,
}

/// Memory that the guest named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Guest address.
    pub addr: u64,
    /// Size in bytes.
    pub size: u64,
    /// Its name, such as `ring.tail`.
    pub name: String,
}

/// An event of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// A thread accessed shared memory.
    Access(Access),
    /// A pending store became visible to the other threads. (For an atomic it follows its
    /// [`Event::Access`] at once.)
    Visible {
        /// The thread of the store.
        thread: u32,
        /// [`Access::number`] of the store.
        number: u64,
        /// Its timestamp: 1, 2, … in the order in which stores become visible, with gaps.
        write: u64,
    },
    /// A thread executed an instruction that orders accesses and makes none.
    Barrier {
        /// The thread.
        thread: u32,
        /// Guest address of the instruction.
        pc: u64,
        /// The pairs of accesses that it orders.
        orders: Pairs,
    },
    /// This thread runs from here on.
    Turn {
        /// The thread.
        thread: u32,
    },
    /// The kernel may have written to memory.
    Outside,
}

/// An access to shared memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The thread.
    pub thread: u32,
    /// Guest address of the instruction.
    pub pc: u64,
    /// Guest address.
    pub addr: u64,
    /// Load, store, or both.
    pub op: Op,
    /// The bytes that were read or, by a store or an atomic, written; in memory order, at most 16.
    pub bytes: Vec<u8>,
    /// For stores and atomics: its number among those of its thread, from 1.
    pub number: Option<u64>,
    /// For loads: each granule of eight bytes where it returned a stale value, as (address of the
    /// granule, timestamp of the oldest write there that it did not see). Of the later writes there it
    /// saw only those of its own thread.
    pub unseen: Vec<(u64, u64)>,
    /// Whether the instruction is an acquire.
    pub acquire: bool,
    /// Whether the instruction is a release.
    pub release: bool,
    /// Other pairs that the instruction orders, such as a locked instruction of x86.
    pub orders: Pairs,
}

/// The kind of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// It reads.
    Load,
    /// It writes.
    Store,
    /// It reads and writes atomically: a read-modify-write, or a store-conditional that succeeded (its
    /// read was the load-reserved before it). It reads the newest value.
    Atomic,
}
