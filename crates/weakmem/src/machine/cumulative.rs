//! Which late writes are before a write in coherence order and propagation order (Power).

use super::Machine;
use crate::driver::Driver;
use crate::ids::ThreadId;
use crate::late::add;
use crate::view::Timestamp;
use arch::Pairs;

/// Where a write goes in coherence order, and what it follows.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The late writes that arrive before it at each thread.
    pub before: Vec<Timestamp>,
    /// It is the write of an atomic.
    pub atomic: bool,
    /// The epoch of the store buffer whose stores follow it.
    pub epoch: u64,
    /// The late writes that are before it in `co | prop`.
    pub earlier: Vec<Timestamp>,
}

impl Machine {
    /// Where a store of the thread goes, of this epoch and number.
    pub(super) fn place(&self, thread: ThreadId, epoch: u64, number: u64, atomic: bool) -> Place {
        let mut before = self.thread(thread).cumulative.followed(epoch, number);
        before.retain(|write| self.late(*write).is_some());
        let mut earlier = self.thread(thread).cumulative.earlier.clone();
        self.add_before(&mut earlier, &before);
        let epoch = epoch + 1;
        Place {
            before,
            atomic,
            epoch,
            earlier,
        }
    }

    /// Adds these late writes and what is before them.
    pub(super) fn add_before(&self, earlier: &mut Vec<Timestamp>, writes: &[Timestamp]) {
        add(earlier, writes);
        for late in self.late.iter().filter(|it| writes.contains(&it.write)) {
            add(earlier, &late.earlier);
        }
    }

    /// Where a promised store of the thread goes: after all that has arrived at the thread.
    pub(super) fn place_early(&self, thread: ThreadId) -> Place {
        let late = self.late.iter().filter(|it| it.has_arrived_at(thread));
        let before: Vec<Timestamp> = late.map(|it| it.write).collect();
        let mut earlier = self.before_others.clone();
        self.add_before(&mut earlier, &before);
        Place {
            before,
            earlier,
            ..Place::default()
        }
    }

    /// These writes are before `above`, and so before all that it is before.
    pub(super) fn goes_below(&mut self, above: Timestamp, writes: &[Timestamp]) {
        for late in &mut self.late {
            if late.write == above || late.earlier.contains(&above) {
                add(&mut late.earlier, writes);
            }
        }
        if self.before_others.contains(&above) {
            add(&mut self.before_others, writes);
        }
        for thread in &mut self.threads {
            if thread.cumulative.earlier.contains(&above) {
                add(&mut thread.cumulative.earlier, writes);
            }
        }
    }

    /// A write has arrived at the thread that follows these: so do the thread's later stores.
    pub(super) fn follows(&mut self, thread: ThreadId, before: &[Timestamp], fenced: &[Timestamp]) {
        let number = self.thread(thread).stores + 1;
        let cumulative = &mut self.thread_mut(thread).cumulative;
        for write in before {
            cumulative.follow(*write, 0, number);
        }
        add(&mut cumulative.earlier, fenced);
    }

    /// These late writes are before all later stores of the thread.
    pub(super) fn orders_later_stores(&mut self, thread: ThreadId, writes: Vec<Timestamp>) {
        if !self.rules.multi_copy_atomic {
            let others = self.before_others.clone();
            let earlier = &mut self.thread_mut(thread).cumulative.earlier;
            add(earlier, &writes);
            add(earlier, &others);
        }
    }

    /// A fence of the thread orders what has arrived there before the thread's later stores.
    pub(super) fn fence_is_cumulative(
        &mut self,
        thread: ThreadId,
        fence: Pairs,
        driver: &mut dyn Driver,
    ) {
        if self.rules.multi_copy_atomic {
            return;
        }
        if fence.wr {
            self.propagate(thread, driver);
        }
        if fence.ww || fence.rw {
            self.orders_later_stores(thread, Vec::new());
        }
        if fence.rw && !self.late.is_empty() {
            let epoch = self.buffer(thread).epoch();
            let arrived = self.place_early(thread).before;
            let cumulative = &mut self.thread_mut(thread).cumulative;
            for write in arrived {
                cumulative.follow(write, epoch, 0);
            }
        }
    }
}
