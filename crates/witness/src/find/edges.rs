//! How accesses of different threads communicate.

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
    /// The first one reads what was there before the second one wrote.
    FromRead,
    /// The first one's write becomes visible before the second one's.
    Coherence,
}

impl Kind {
    /// As shapes write it.
    pub const fn letters(self) -> &'static str {
        match self {
            Kind::ReadsFrom => "Rf",
            Kind::FromRead => "Fr",
            Kind::Coherence => "Co",
        }
    }

    /// Whether the access that it leaves writes.
    pub const fn leaves_write(self) -> bool {
        !matches!(self, Kind::FromRead)
    }

    /// Whether the access that it enters writes.
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

/// From an access of one thread to one of another thread; both are indices of events.
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

    /// Whether the second access was done first: only weak memory does that.
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
    /// For each of `by_from` the earliest end of it and those behind it.
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

    /// Where the other thread is reached earliest from this position on.
    pub fn earliest(&self, from: u32) -> Option<u32> {
        let first = self.by_from.partition_point(|step| step.from < from);
        self.earliest.get(first).copied()
    }
}

/// All steps, by the threads between which they lead.
pub(super) struct Edges {
    ways: BTreeMap<u32, BTreeMap<u32, Between>>,
    /// The steps that lead backward, as the run went on.
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
        // An atomic reads what it is next to: that is said, not that it overwrites it.
        steps.sort_unstable();
        steps.dedup_by_key(|step| (step.from, step.to));
        let backward = steps.iter().copied().filter(|it| it.is_backward());
        let backward = backward.collect();
        let mut between: BTreeMap<u32, BTreeMap<u32, Vec<Step>>> = BTreeMap::new();
        for step in steps {
            let [from, to] = [step.from(), step.to()].map(|it| at(events, it).thread);
            let ways = between.entry(from).or_default();
            ways.entry(to).or_default().push(step);
        }
        let ways = between.into_iter().map(|(from, ways)| {
            let ways = ways
                .into_iter()
                .map(|(to, steps)| (to, Between::new(steps)));
            (from, ways.collect())
        });
        Self {
            ways: ways.collect(),
            backward,
        }
    }

    /// The steps from a thread, by the thread to which they lead.
    pub fn from(&self, thread: u32) -> impl Iterator<Item = (u32, &Between)> {
        let ways = self.ways.get(&thread).into_iter().flatten();
        ways.map(|(to, way)| (*to, way))
    }

    pub fn between(&self, from: u32, to: u32) -> Option<&Between> {
        self.ways.get(&from)?.get(&to)
    }

    /// Whether an access of one thread leads to one of another thread by a single step.
    pub fn lead(&self, from: (u32, u32), to: (u32, u32)) -> bool {
        self.between(from.0, to.0).is_some_and(|between| {
            let step = |step: &Step| (step.from, step.to).cmp(&(from.1, to.1));
            between.by_from.binary_search_by(step).is_ok()
        })
    }
}

/// From whom a load read, and what overwrote what it read.
fn communicate(events: &[Event], writes: &Writes, read: &Read, steps: &mut Vec<Step>) {
    let access = at(events, read.event);
    let load = position(read.event);
    let mut sources = BTreeSet::new();
    let mut next = BTreeSet::new();
    for (byte, &source) in bytes(access).zip(&read.sources) {
        sources.extend(source.filter(|&write| at(events, write).thread != access.thread));
        // An atomic's own write comes next, and that is overwritten.
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

/// What overwrote a write.
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
