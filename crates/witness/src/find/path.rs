//! The shortest path back from the end of a backward step to its start.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use overtake_report::trace::{Event, Op};

use super::access::{at, overlap};
use super::edges::{Between, Edges, Kind, Step};

/// Candidates that are compared for one step of a path: the last ones before its end, and the first
/// ones after its start.
const COMPARED: usize = 2_000;

/// How simple a step is within a cycle; the greatest is the simplest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Simplicity {
    /// No two accesses of a thread are to the same bytes.
    distinct: bool,
    /// How many of the threads at its ends need no second access.
    alone: u8,
    /// It is a reads-from edge: people look for who read what before who missed what.
    read: bool,
    /// How often the reading thread reads at that address: a flag is polled.
    pub polled: u32,
    /// It ends late.
    to: u32,
    /// It starts early.
    from: Reverse<u32>,
}

/// Looks for paths from one access to another: program order within a thread, steps between threads,
/// no thread twice.
pub(super) struct Paths<'a> {
    events: &'a [Event],
    edges: &'a Edges,
    /// How often each thread reads at each address.
    reads: HashMap<(u32, u64), u32>,
    effort: Cell<usize>,
}

/// For each thread, the earliest event at which a path reaches it.
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

    /// How many steps were tried so far.
    pub fn effort(&self) -> usize {
        self.effort.get()
    }

    fn thread(&self, event: u32) -> u32 {
        at(self.events, event as usize).thread
    }

    /// The simplest path of `steps` steps that closes a cycle with `closing`.
    pub fn close(&self, closing: Step, steps: usize) -> Option<Vec<Step>> {
        let (start, end) = (closing.to, closing.from);
        let levels = self.levels(start, end, steps)?;
        let mut path: Vec<Step> = Vec::new();
        let mut target = end;
        for level in levels.iter().rev() {
            let first = path.len() + 1 == steps;
            let steps = level.iter().filter_map(|(&thread, &from)| {
                let between = self.edges.between(thread, self.thread(target))?;
                self.simplest(between, from, target, first.then_some(closing))
            });
            let (_, step) = steps.max_by_key(|(simplicity, _)| *simplicity)?;
            path.push(step);
            target = step.from;
        }
        path.reverse();
        let mut threads: Vec<u32> = path.iter().map(|step| self.thread(step.from)).collect();
        threads.sort_unstable();
        threads.dedup();
        (threads.len() == steps && !self.has_shortcut(closing, &path)).then_some(path)
    }

    /// Whether two consecutive steps that share an access could be one step: fewer threads then make
    /// the same cycle.
    fn has_shortcut(&self, closing: Step, path: &[Step]) -> bool {
        let all: Vec<Step> = path.iter().copied().chain([closing]).collect();
        let mut pairs = all.iter().zip(all.iter().cycle().skip(1));
        pairs.any(|(one, next)| {
            let ends = [one.from, next.to].map(|it| (self.thread(it), it));
            one.to == next.from && self.edges.lead(ends[0], ends[1])
        })
    }

    /// The earliest events reached after 0, 1 … steps, without the last step; none if the last step
    /// cannot reach the end.
    fn levels(&self, start: u32, end: u32, steps: usize) -> Option<Vec<Level>> {
        let ends = [self.thread(start), self.thread(end)];
        let mut levels = vec![Level::from([(ends[0], start)])];
        while levels.len() < steps {
            let mut next = Level::new();
            for (&thread, &from) in levels.last()? {
                for (other, between) in self.edges.from(thread) {
                    self.count(1);
                    let Some(reached) = between.earliest(from).filter(|_| !ends.contains(&other))
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
            let between = self.edges.between(thread, ends[1]);
            between
                .and_then(|between| between.earliest(from))
                .is_some_and(|reached| reached <= end)
        });
        reaches.then_some(levels)
    }

    /// The simplest step that starts after `from` and ends before `to`. `closing` is the step before
    /// it, if it is the first one of the path.
    fn simplest(
        &self,
        between: &Between,
        from: u32,
        to: u32,
        closing: Option<Step>,
    ) -> Option<(Simplicity, Step)> {
        let last = between.by_to.partition_point(|step| step.to <= to);
        let before = between.by_to[..last].iter().rev().take(COMPARED);
        let first = between.by_from.partition_point(|step| step.from < from);
        let after = between.by_from[first..].iter().take(COMPARED);
        let fitting = before.chain(after).copied().filter(|step| {
            self.count(1);
            // Two steps between the same two accesses make no cycle of accesses.
            let back = closing.is_some_and(|it| (it.to, it.from) == (step.from, step.to));
            step.from >= from && step.to <= to && !back
        });
        let weighed = fitting.map(|step| (self.simplicity(step, to, closing), step));
        weighed.max_by_key(|(simplicity, _)| *simplicity)
    }

    fn simplicity(&self, step: Step, to: u32, closing: Option<Step>) -> Simplicity {
        let start = closing.map(|it| it.to);
        let same = |one: u32, other: u32| {
            one != other
                && overlap(
                    at(self.events, one as usize),
                    at(self.events, other as usize),
                )
        };
        Simplicity {
            distinct: !same(step.to, to) && start.is_none_or(|start| !same(start, step.from)),
            alone: u8::from(step.to == to) + u8::from(start == Some(step.from)),
            read: step.kind == Kind::ReadsFrom,
            polled: self.polled(step),
            to: step.to,
            from: Reverse(step.from),
        }
    }

    /// How often the reading thread of this step reads at that address.
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
