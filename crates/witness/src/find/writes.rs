//! The writes of a trace, in the order in which they become visible.

use std::collections::HashMap;
use std::ops::Range;

use overtake_report::trace::Event;

use super::access::{at, bytes, position, stores};

/// Later than every event.
const NEVER: u32 = u32::MAX;
/// How far [`Writes::next_of_others`] looks: runs of writes of one thread, and threads.
const RUNS: usize = 16;
const THREADS: usize = 8;

/// The writes of a trace. Each is identified by the index of its [`Event::Access`].
pub(super) struct Writes {
    /// For each event that is a write: the event at which it becomes visible. That is before the write
    /// itself, if it was early.
    visible: Vec<u32>,
    /// For each event that is a write: its rank in coherence order, which is the order of becoming
    /// visible. Writes that never become visible are last, in the order of the trace.
    ranks: Vec<u32>,
    /// [`Event::Visible::write`] of each write that has become visible.
    timestamps: HashMap<usize, u64>,
    /// The writes of each byte, in coherence order; byte by byte.
    history: Vec<u32>,
    /// For each of `history`: the next write of another thread to the same byte.
    others: Vec<u32>,
    /// The part of `history` that belongs to a byte.
    ranges: HashMap<u64, Range<u32>>,
}

impl Writes {
    pub fn new(events: &[Event]) -> Self {
        let mut writes = Self {
            visible: vec![NEVER; events.len()],
            ranks: vec![NEVER; events.len()],
            timestamps: HashMap::new(),
            history: Vec::new(),
            others: Vec::new(),
            ranges: HashMap::new(),
        };
        let order = writes.order(events);
        writes.by_byte(events, &order);
        writes
    }

    /// All writes in coherence order. Also notes when each becomes visible.
    fn order(&mut self, events: &[Event]) -> Vec<usize> {
        let mut order = Vec::new();
        // A store may become visible before its thread makes it.
        let mut waiting: HashMap<(u32, u64), usize> = HashMap::new();
        for (index, event) in events.iter().enumerate() {
            if let Event::Access(access) = event
                && let Some(number) = access.number
            {
                waiting.insert((access.thread, number), index);
            }
        }
        for (index, event) in events.iter().enumerate() {
            if let Event::Visible {
                thread,
                number,
                write,
            } = event
                && let Some(store) = waiting.remove(&(*thread, *number))
            {
                self.visible[store] = position(index);
                self.timestamps.insert(store, *write);
                order.push(store);
            }
        }
        order.extend((0..events.len()).filter(|&index| {
            let event = &events[index];
            self.visible[index] == NEVER && matches!(event, Event::Access(access) if stores(access))
        }));
        order
    }

    fn by_byte(&mut self, events: &[Event], order: &[usize]) {
        let mut all: Vec<(u64, u32)> = Vec::new();
        for (rank, &store) in order.iter().enumerate() {
            self.ranks[store] = position(rank);
            all.extend(bytes(at(events, store)).map(|byte| (byte, position(store))));
        }
        all.sort_by_key(|&(byte, _)| byte);
        self.history = all.iter().map(|&(_, store)| store).collect();
        self.others = vec![NEVER; all.len()];
        let mut start = 0;
        for same in all.chunk_by(|one, next| one.0 == next.0) {
            let end = start + same.len();
            self.ranges
                .insert(same[0].0, position(start)..position(end));
            for index in (start..end - 1).rev() {
                let [one, next] = [index, index + 1].map(|it| self.write(it));
                self.others[index] = if at(events, one).thread == at(events, next).thread {
                    self.others[index + 1]
                } else {
                    position(index + 1)
                };
            }
            start = end;
        }
    }

    fn write(&self, place: usize) -> usize {
        self.history[place] as usize
    }

    fn range(&self, byte: u64) -> Range<usize> {
        let range = self.ranges.get(&byte);
        range.map_or(0..0, |it| it.start as usize..it.end as usize)
    }

    /// Whether a write is visible to the other threads at an event.
    pub fn is_visible(&self, write: usize, event: usize) -> bool {
        (self.visible[write] as usize) < event
    }

    /// Whether `one` is before `other` in coherence order.
    pub fn before(&self, one: usize, other: usize) -> bool {
        self.ranks[one] < self.ranks[other]
    }

    /// The newest write of a byte that `thread` sees in memory at an event. Of other threads' writes it
    /// sees only those older than `unseen`, and of its own those that it has made.
    pub fn newest(
        &self,
        events: &[Event],
        byte: u64,
        thread: u32,
        event: usize,
        unseen: Option<u64>,
    ) -> Option<usize> {
        let history = &self.history[self.range(byte)];
        let count = history.partition_point(|&write| self.is_visible(write as usize, event));
        let mut writes = history[..count].iter().rev().map(|&write| write as usize);
        writes.find(|write| {
            if at(events, *write).thread == thread {
                *write < event
            } else {
                unseen.is_none_or(|unseen| self.timestamps[write] < unseen)
            }
        })
    }

    /// For each other thread, its first write of a byte that is after a write in coherence order
    /// (`None`: after the initial value). If many threads write in turns, only the nearest ones.
    pub fn next_of_others(
        &self,
        events: &[Event],
        byte: u64,
        thread: u32,
        after: Option<usize>,
    ) -> Vec<usize> {
        let range = self.range(byte);
        let history = &self.history[range.clone()];
        let seen = after.map_or(0, |after| {
            history.partition_point(|&write| self.ranks[write as usize] <= self.ranks[after])
        });
        let mut found: Vec<usize> = Vec::new();
        let mut place = range.start + seen;
        for _ in 0..RUNS {
            if place >= range.end || found.len() == THREADS {
                break;
            }
            let write = self.write(place);
            let owner = at(events, write).thread;
            if owner != thread && found.iter().all(|&it| at(events, it).thread != owner) {
                found.push(write);
            }
            place = self.others[place] as usize;
        }
        found
    }
}
