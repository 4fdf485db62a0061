//! Program order within a cycle: how accesses were reordered, and which barrier is misplaced.

use arch::Pairs;
use std::collections::HashMap;

use overtake_report::trace::{Event, Op};

use super::access::at;
use super::edges::Step;
use super::writes::Writes;
use crate::{Link, Reordering};

/// Program order of a trace.
pub(super) struct ProgramOrder<'a> {
    events: &'a [Event],
    writes: &'a Writes,
    /// The accesses of each thread and instruction.
    accesses: HashMap<(u32, u64), Vec<usize>>,
    /// The barriers of each thread.
    barriers: HashMap<u32, Vec<usize>>,
    /// The accesses of each thread.
    of_thread: HashMap<u32, Vec<usize>>,
}

impl<'a> ProgramOrder<'a> {
    pub fn new(events: &'a [Event], writes: &'a Writes) -> Self {
        let mut accesses: HashMap<_, Vec<usize>> = HashMap::new();
        let mut barriers: HashMap<_, Vec<usize>> = HashMap::new();
        let mut of_thread: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, event) in events.iter().enumerate() {
            match event {
                Event::Access(it) => {
                    accesses.entry((it.thread, it.pc)).or_default().push(index);
                    of_thread.entry(it.thread).or_default().push(index);
                }
                Event::Barrier { thread, .. } => barriers.entry(*thread).or_default().push(index),
                _ => {}
            }
        }
        Self {
            events,
            writes,
            accesses,
            barriers,
            of_thread,
        }
    }

    /// The link from where `entering` ends to where `leaving` starts, which is later.
    pub fn link(&self, entering: Step, leaving: Step) -> Link {
        let reordered = self.reordered(entering, leaving);
        let misplaced = reordered.and_then(|reordering| {
            let reads = !entering.kind.enters_write();
            self.misplaced(entering.to(), leaving.from(), |orders| match reordering {
                Reordering::StoreAfterStore => orders.ww,
                Reordering::EarlyStore => orders.rw,
                Reordering::StaleLoad if reads => orders.rr,
                Reordering::StoreAfterLoad | Reordering::StaleLoad => orders.wr,
            })
        });
        Link::Program {
            reordered,
            misplaced,
        }
    }

    fn reordered(&self, entering: Step, leaving: Step) -> Option<Reordering> {
        let (from, to) = (entering.to(), leaving.from());
        let waits = at(self.events, from).op == Op::Store;
        if leaving.kind.leaves_write() {
            return if waits {
                let late = self.writes.before(to, from);
                late.then_some(Reordering::StoreAfterStore)
            } else {
                let early = self.writes.is_visible(to, from);
                early.then_some(Reordering::EarlyStore)
            };
        }
        if waits && !self.writes.is_visible(from, to) {
            return Some(Reordering::StoreAfterLoad);
        }
        // The load counts as done before the write that it did not see became visible. If that was after
        // the first access, or after the write that the first access read, the order was kept.
        let earlier = if entering.kind.enters_write() {
            from
        } else {
            entering.from()
        };
        let stale = self.writes.before(leaving.to(), earlier);
        stale.then_some(Reordering::StaleLoad)
    }

    /// A barrier that orders the two, but stands right after them or right before them, with no other
    /// access between. Barriers farther away serve other accesses.
    fn misplaced(&self, from: usize, to: usize, orders: impl Fn(&Pairs) -> bool) -> Option<usize> {
        let barriers = self.barriers.get(&at(self.events, from).thread)?;
        let fits = |index: &&usize| match &self.events[**index] {
            Event::Barrier { orders: of, .. } => orders(of),
            _ => false,
        };
        let thread = at(self.events, from).thread;
        let accesses = self.of_thread.get(&thread).map_or(&[][..], Vec::as_slice);
        let after = |event: usize| {
            let next = accesses.get(accesses.partition_point(|&it| it <= event));
            next.copied()
        };
        // Before a store, a barrier of loads is a release.
        let loads = at(self.events, to).op == Op::Load && at(self.events, from).op == Op::Load;
        let is_release = |barrier: usize| {
            let next = after(barrier);
            loads && next.is_some_and(|next| at(self.events, next).op != Op::Load)
        };
        let after_it = |barrier: &&usize| {
            let between = after(to).is_some_and(|next| next < **barrier);
            !between && !is_release(**barrier)
        };
        let before_it = |barrier: &&usize| after(**barrier) == Some(from);
        let next = self.next_time(from, to);
        let mut later = barriers[barriers.partition_point(|&it| it < to)..].iter();
        let late = later
            .by_ref()
            .take_while(|&&it| next.is_none_or(|next| it < next))
            .find(|it| fits(it) && after_it(it));
        let last = self.last_time(to, from);
        let before = barriers[..barriers.partition_point(|&it| it < from)].iter();
        let early = || {
            before
                .rev()
                .take_while(|&&it| last.is_none_or(|last| it > last))
                .find(|it| fits(it) && before_it(it))
        };
        late.or_else(early).copied()
    }

    /// When the instruction of an access is executed next, after an event.
    fn next_time(&self, access: usize, after: usize) -> Option<usize> {
        let times = self.times(access);
        times.get(times.partition_point(|&it| it <= after)).copied()
    }

    /// When the instruction of an access was executed last, before an event.
    fn last_time(&self, access: usize, before: usize) -> Option<usize> {
        let times = self.times(access);
        times[..times.partition_point(|&it| it < before)]
            .last()
            .copied()
    }

    fn times(&self, access: usize) -> &[usize] {
        let access = at(self.events, access);
        let times = self.accesses.get(&(access.thread, access.pc));
        times.map_or(&[], Vec::as_slice)
    }
}
