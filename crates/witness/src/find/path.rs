//! The shortest way back from a step that leads backward.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use overtake_report::trace::{Event, Op};

use super::access::{at, overlap};
use super::edges::{Between, Edges, Kind, Step};

/// Steps that are compared for one step of a way: the last ones before its end, and the first ones
/// behind its start.
const COMPARED: usize = 2_000;

/// How plain a step is within a cycle: the greatest is the plainest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Plainness {
    /// No two accesses of a thread are to the same bytes.
    distinct: bool,
    /// Threads at its ends of which no second access is needed.
    alone: u8,
    /// A value was read: a person looks for who told whom, before who overlooked whom.
    read: bool,
    /// How often the thread that reads reads there: a flag is polled.
    pub polled: u32,
    /// It ends late: nothing nearer to the end tells as much.
    to: u32,
    /// And it starts early.
    from: Reverse<u32>,
}

/// Looks for ways from one access to another one: program order within a thread, steps between
/// threads, no thread twice.
pub(super) struct Paths<'a> {
    events: &'a [Event],
    edges: &'a Edges,
    /// How often a thread reads at an address.
    reads: HashMap<(u32, u64), u32>,
    effort: Cell<usize>,
}

/// Where each thread is reached earliest.
type Level = BTreeMap<u32, u32>;

impl<'a> Paths<'a> {
    pub fn new(events: &'a [Event], edges: &'a Edges) -> Self {
        let mut reads = HashMap::new();
        for event in events {
            if let Event::Access(access) = event
                && access.op != Op::Store
            {
                *reads.entry((access.thread, access.addr)).or_insert(0) += 1;
            }
        }
        Self {
            events,
            edges,
            reads,
            effort: Cell::new(0),
        }
    }

    /// What was looked at so far.
    pub fn effort(&self) -> usize {
        self.effort.get()
    }

    fn thread(&self, event: u32) -> u32 {
        at(self.events, event as usize).thread
    }

    /// The plainest way of so many steps that closes a cycle with `closing`.
    pub fn close(&self, closing: Step, steps: usize) -> Option<Vec<Step>> {
        let (start, end) = (closing.to, closing.from);
        let levels = self.levels(start, end, steps)?;
        let mut path: Vec<Step> = Vec::new();
        let mut target = end;
        for level in levels.iter().rev() {
            let first = path.len() + 1 == steps;
            let ways = level.iter().filter_map(|(&thread, &from)| {
                let way = self.edges.between(thread, self.thread(target))?;
                self.plainest(way, from, target, first.then_some(closing))
            });
            let (_, step) = ways.max_by_key(|(plainness, _)| *plainness)?;
            path.push(step);
            target = step.from;
        }
        path.reverse();
        let mut threads: Vec<u32> = path.iter().map(|step| self.thread(step.from)).collect();
        threads.sort_unstable();
        threads.dedup();
        (threads.len() == steps && !self.has_shortcut(closing, &path)).then_some(path)
    }

    /// Whether two steps by way of one access are one step as well: then fewer threads say the same.
    fn has_shortcut(&self, closing: Step, path: &[Step]) -> bool {
        let all: Vec<Step> = path.iter().copied().chain([closing]).collect();
        let mut pairs = all.iter().zip(all.iter().cycle().skip(1));
        pairs.any(|(one, next)| {
            let ends = [one.from, next.to].map(|it| (self.thread(it), it));
            one.to == next.from && self.edges.lead(ends[0], ends[1])
        })
    }

    /// Where each thread is reached earliest after 0, 1 … steps but the last one; nothing, if the
    /// last one does not reach the end.
    fn levels(&self, start: u32, end: u32, steps: usize) -> Option<Vec<Level>> {
        let ends = [self.thread(start), self.thread(end)];
        let mut levels = vec![Level::from([(ends[0], start)])];
        while levels.len() < steps {
            let mut next = Level::new();
            for (&thread, &from) in levels.last()? {
                for (other, way) in self.edges.from(thread) {
                    self.count(1);
                    let Some(reached) = way.earliest(from).filter(|_| !ends.contains(&other))
                    else {
                        continue;
                    };
                    let known = next.entry(other).or_insert(reached);
                    *known = reached.min(*known);
                }
            }
            levels.push(next);
        }
        self.count(1);
        let reaches = levels.last()?.iter().any(|(&thread, &from)| {
            let way = self.edges.between(thread, ends[1]);
            way.and_then(|way| way.earliest(from))
                .is_some_and(|reached| reached <= end)
        });
        reaches.then_some(levels)
    }

    /// The plainest step that starts behind `from` and ends before `to`; `closing`: the step before
    /// it, if it is the first one.
    fn plainest(
        &self,
        way: &Between,
        from: u32,
        to: u32,
        closing: Option<Step>,
    ) -> Option<(Plainness, Step)> {
        let last = way.by_to.partition_point(|step| step.to <= to);
        let before = way.by_to[..last].iter().rev().take(COMPARED);
        let first = way.by_from.partition_point(|step| step.from < from);
        let behind = way.by_from[first..].iter().take(COMPARED);
        let fitting = before.chain(behind).copied().filter(|step| {
            self.count(1);
            // There and back between the same two accesses is no order of accesses.
            let back = closing.is_some_and(|it| (it.to, it.from) == (step.from, step.to));
            step.from >= from && step.to <= to && !back
        });
        let weighed = fitting.map(|step| (self.plainness(step, to, closing), step));
        weighed.max_by_key(|(plainness, _)| *plainness)
    }

    fn plainness(&self, step: Step, to: u32, closing: Option<Step>) -> Plainness {
        let start = closing.map(|it| it.to);
        let same = |one: u32, other: u32| {
            one != other
                && overlap(
                    at(self.events, one as usize),
                    at(self.events, other as usize),
                )
        };
        Plainness {
            distinct: !same(step.to, to) && start.is_none_or(|start| !same(start, step.from)),
            alone: u8::from(step.to == to) + u8::from(start == Some(step.from)),
            read: step.kind == Kind::ReadsFrom,
            polled: self.polled(step),
            to: step.to,
            from: Reverse(step.from),
        }
    }

    /// How often the thread that reads at this step reads there.
    pub fn polled(&self, step: Step) -> u32 {
        let reader = match step.kind {
            Kind::FromRead => step.from(),
            Kind::ReadsFrom | Kind::Coherence => step.to(),
        };
        let access = at(self.events, reader);
        let key = (access.thread, access.addr);
        self.reads.get(&key).copied().unwrap_or(0)
    }

    fn count(&self, effort: usize) {
        self.effort.set(self.effort.get() + effort);
    }
}
