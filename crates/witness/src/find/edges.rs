//! Communication between accesses of different threads: reads-from, from-read, coherence order.

use std::collections::{BTreeMap, BTreeSet};

use overtake_report::trace::{Event, Op};

use super::access::{at, bytes, position, stores};
use super::reads::Read;
use super::writes::Writes;
use crate::Link;

/// How two accesses communicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// The second one reads what the first one wrote.
    ReadsFrom,
    /// The first one reads a value that the second one overwrites.
    FromRead,
    /// The first one's write becomes visible before the second one's.
    Coherence,
}

impl Kind {
    /// Its name in shapes: `Rf`, `Fr`, `Co`.
    pub const fn letters(self) -> &'static str {
        match self {
            Kind::ReadsFrom => "Rf",
            Kind::FromRead => "Fr",
            Kind::Coherence => "Co",
        }
    }

    /// Whether its first access writes.
    pub const fn leaves_write(self) -> bool {
        !matches!(self, Kind::FromRead)
    }

    /// Whether its second access writes.
    pub const fn enters_write(self) -> bool {
        !matches!(self, Kind::ReadsFrom)
    }

    pub const fn link(self) -> Link {
        match self {
            Kind::ReadsFrom => Link::ReadsFrom,
            Kind::FromRead => Link::FromRead,
            Kind::Coherence => Link::Coherence,
        }
    }
}

/// A step from an access of one thread to one of another thread; both are indices of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub from: u32,
    pub to: u32,
    pub kind: Kind,
}

impl Step {
    pub const fn from(self) -> usize {
        self.from as usize
    }

    pub const fn to(self) -> usize {
        self.to as usize
    }

    /// Whether the second access was executed first: only weak memory does that.
    pub const fn is_backward(self) -> bool {
        self.to < self.from
    }
}

/// The steps from one thread to another one.
#[derive(Default)]
pub(super) struct Between {
    /// By where they start.
    pub by_from: Vec<Step>,
    /// By where they end.
    pub by_to: Vec<Step>,
    /// For each of `by_from`, the earliest end of it and of those after it.
    earliest: Vec<u32>,
}

impl Between {
    fn new(by_from: Vec<Step>) -> Self {
        let mut by_to = by_from.clone();
        by_to.sort_by_key(|step| (step.to, step.from));
        let mut earliest: Vec<u32> = by_from.iter().map(|step| step.to).collect();
        for index in (1..earliest.len()).rev() {
            earliest[index - 1] = earliest[index - 1].min(earliest[index]);
        }
        Self {
            by_from,
            by_to,
            earliest,
        }
    }

    /// The earliest event of the other thread that a step from `from` or later reaches.
    pub fn earliest(&self, from: u32) -> Option<u32> {
        let first = self.by_from.partition_point(|step| step.from < from);
        self.earliest.get(first).copied()
    }
}

/// All steps, by the threads that they connect.
pub(super) struct Edges {
    by_thread: BTreeMap<u32, BTreeMap<u32, Between>>,
    /// The steps that lead backward in the trace.
    pub backward: Vec<Step>,
}

impl Edges {
    pub fn new(events: &[Event], writes: &Writes, reads: &[Read]) -> Self {
        let mut steps = Vec::new();
        for read in reads {
            communicate(events, writes, read, &mut steps);
        }
        for (index, event) in events.iter().enumerate() {
            if matches!(event, Event::Access(access) if stores(access)) {
                overwritten(events, writes, index, &mut steps);
            }
        }
        // An atomic overwrites the write that it reads. Of the two edges, reads-from stays.
        steps.sort_unstable();
        steps.dedup_by_key(|step| (step.from, step.to));
        let backward = steps.iter().copied().filter(|it| it.is_backward());
        let backward = backward.collect();
        let mut between: BTreeMap<u32, BTreeMap<u32, Vec<Step>>> = BTreeMap::new();
        for step in steps {
            let [from, to] = [step.from(), step.to()].map(|it| at(events, it).thread);
            let to_threads = between.entry(from).or_default();
            to_threads.entry(to).or_default().push(step);
        }
        let by_thread = between.into_iter().map(|(from, to_threads)| {
            let to_threads = to_threads
                .into_iter()
                .map(|(to, steps)| (to, Between::new(steps)));
            (from, to_threads.collect())
        });
        Self {
            by_thread: by_thread.collect(),
            backward,
        }
    }

    /// The steps from a thread, by the thread that they reach.
    pub fn from(&self, thread: u32) -> impl Iterator<Item = (u32, &Between)> {
        let to_threads = self.by_thread.get(&thread).into_iter().flatten();
        to_threads.map(|(to, between)| (*to, between))
    }

    pub fn between(&self, from: u32, to: u32) -> Option<&Between> {
        self.by_thread.get(&from)?.get(&to)
    }

    /// Whether a single step leads from one access to the other.
    pub fn lead(&self, from: (u32, u32), to: (u32, u32)) -> bool {
        self.between(from.0, to.0).is_some_and(|between| {
            let step = |step: &Step| (step.from, step.to).cmp(&(from.1, to.1));
            between.by_from.binary_search_by(step).is_ok()
        })
    }
}

/// Adds the steps of a load: from the writes that it read, and to the writes that overwrote them.
fn communicate(events: &[Event], writes: &Writes, read: &Read, steps: &mut Vec<Step>) {
    let access = at(events, read.event);
    let load = position(read.event);
    let mut sources = BTreeSet::new();
    let mut next = BTreeSet::new();
    for (byte, &source) in bytes(access).zip(&read.sources) {
        sources.extend(source.filter(|&write| at(events, write).thread != access.thread));
        // Of an atomic, its own write is the next one: later writes overwrite that.
        if access.op == Op::Load {
            next.extend(writes.next_of_others(events, byte, access.thread, source));
        }
    }
    steps.extend(sources.into_iter().map(|write| Step {
        from: position(write),
        to: load,
        kind: Kind::ReadsFrom,
    }));
    steps.extend(next.into_iter().map(|write| Step {
        from: load,
        to: position(write),
        kind: Kind::FromRead,
    }));
}

/// Adds the steps from a write to the writes that overwrote it.
fn overwritten(events: &[Event], writes: &Writes, write: usize, steps: &mut Vec<Step>) {
    let access = at(events, write);
    let mut next = BTreeSet::new();
    for byte in bytes(access) {
        next.extend(writes.next_of_others(events, byte, access.thread, Some(write)));
    }
    steps.extend(next.into_iter().map(|later| Step {
        from: position(write),
        to: position(later),
        kind: Kind::Coherence,
    }));
}
