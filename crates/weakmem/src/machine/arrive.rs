//! How a write arrives at each other thread (Power).
//!
//! What keeps the order ("Herding Cats", figures 5 and 18; Power ISA Book II 1.7.1 "cumulative"):
//!
//! | axiom | here |
//! |---|---|
//! | `prop`: `(fences \| rfe; fences); hb*`, of writes | a write arrives at a thread after the late writes that its thread's fences order before it ([`Machine::fence_is_cumulative`]), and those that a write which had arrived at its thread follows |
//! | `prop`: `com*; prop-base*; ffence; hb*` | `sync` waits until all that had arrived at its thread has arrived everywhere ([`Machine::propagate`]) |
//! | observation: `fre; prop; hb*` is irreflexive | views are in the time of arrivals at the thread |
//! | propagation: `co \| prop` is acyclic | a write has its place in coherence order when it is committed; it goes below one that has not arrived at its thread only if that is not before it ([`Machine::commit_below`]) |

use super::Machine;
use super::cumulative::Place;
use crate::driver::Driver;
use crate::held::HeldWrite;
use crate::ids::{StoreId, ThreadId};
use crate::image::{Granule, granules, page_of};
use crate::late::{Late, add};
use crate::strategy::LONGEST_DELAY;
use crate::view::{Timestamp, View};

impl Machine {
    pub(super) fn late(&self, write: Timestamp) -> Option<&Late> {
        self.late.iter().find(|it| it.write == write)
    }

    /// The newest contents of the granule that have arrived at the thread, and when.
    #[inline]
    pub(super) fn arrived_at(&self, thread: ThreadId, granule: u64) -> Option<Granule> {
        let state = self.thread(thread);
        if let Some(held) = state.stale.held().first(granule) {
            return Some(held.before);
        }
        let mut newest = self.image.granule(granule)?;
        newest.written = state.cumulative.arrival(granule, newest.written);
        Some(newest)
    }

    /// A write that is about to be committed does not arrive at the thread yet, perhaps. Returns whether so.
    pub(super) fn hold(
        &mut self,
        store: StoreId,
        thread: ThreadId,
        place: &Place,
        (addr, len): (u64, usize),
        driver: &mut dyn Driver,
    ) -> bool {
        if self.rules.multi_copy_atomic {
            return false;
        }
        let delay = driver.arrival_delay(store, thread).min(LONGEST_DELAY);
        let held = self.thread(thread).stale.held();
        let waits = delay > 0
            || granules(addr, len).any(|granule| held.first(granule).is_some())
            || self
                .late
                .iter()
                .any(|it| place.before.contains(&it.write) && it.is_missing_at(thread));
        if !waits {
            return false;
        }
        for granule in granules(addr, len) {
            let held = self.thread(thread).stale.held();
            let mut due = self.round + delay;
            let mut newest = self.image.granule(granule);
            for earlier in held.iter().filter(|it| it.granule == granule) {
                due = due.max(earlier.due);
            }
            if held.first(granule).is_none() {
                newest = self.arrived_at(thread, granule);
            }
            if let Some(before) = newest {
                let write = self.clock;
                self.thread_mut(thread).stale.hold(HeldWrite {
                    granule,
                    write,
                    before,
                    due,
                });
            }
        }
        true
    }

    /// A write of so many bytes is about to be committed: where it cannot be held, all arrives.
    pub(super) fn make_room_to_hold(&mut self, len: usize, driver: &mut dyn Driver) {
        if self.late.is_empty() {
            return;
        }
        for thread in 0..self.threads.len() as ThreadId {
            if self.thread(thread).stale.held().len() + len > CAPACITY {
                self.await_arrivals(thread, driver);
            }
        }
    }

    /// A write was committed, perhaps below another, that has not arrived at these threads.
    pub(super) fn committed(
        &mut self,
        store: StoreId,
        place: Place,
        below: Option<Timestamp>,
        (addr, len): (u64, usize),
        missing: Vec<ThreadId>,
    ) {
        if self.rules.multi_copy_atomic {
            return;
        }
        if missing.is_empty()
            && self.late.is_empty()
            && self.before_others.is_empty()
            && place.earlier.is_empty()
        {
            return;
        }
        let write = self.clock;
        let Place {
            mut before,
            mut earlier,
            atomic,
            epoch,
        } = place;
        before.retain(|write| self.late(*write).is_some());
        earlier.retain(|write| self.late(*write).is_some());
        let fenced = self.thread(store.thread).cumulative.earlier.clone();
        for other in 0..self.threads.len() as ThreadId {
            if other != store.thread && !missing.contains(&other) {
                self.follows(other, &before, &fenced);
            }
        }
        if below.is_none() {
            // Coherence: after all that is there.
            let there = |it: &&Late| it.meets(addr, len);
            let there: Vec<Timestamp> = self.late.iter().filter(there).map(|it| it.write).collect();
            self.add_before(&mut earlier, &there);
            let others = self.before_others.clone();
            add(&mut earlier, &others);
        }
        if let Some(above) = below {
            let mut all = earlier.clone();
            add(&mut all, &[write]);
            self.goes_below(above, &all);
        }
        if missing.is_empty() {
            add(&mut self.before_others, &earlier);
            return;
        }
        let cumulative = &mut self.thread_mut(store.thread).cumulative;
        cumulative.follow(write, epoch, 0);
        self.late.push(Late {
            store,
            write,
            addr,
            len,
            atomic,
            missing,
            skipped: Vec::new(),
            before,
            earlier,
            fenced,
        });
    }

    /// All that has arrived at the thread arrives everywhere.
    pub fn propagate(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        while let Some(late) = self.late.iter().find(|it| it.has_arrived_at(thread)) {
            let (write, missing) = (late.write, late.missing.clone());
            for other in missing {
                self.arrive(other, write, driver);
            }
        }
    }

    /// Whether some committed write has not arrived at the thread.
    pub fn may_await_arrivals(&self, thread: ThreadId) -> bool {
        !self.thread(thread).stale.held().is_empty()
    }

    /// All that is committed arrives at the thread.
    pub fn await_arrivals(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        let oldest = |machine: &Machine| {
            let mut held = machine.thread(thread).stale.held().iter();
            held.next().map(|it| it.write)
        };
        while let Some(write) = oldest(self) {
            self.arrive(thread, write, driver);
        }
    }

    /// Whether some of what has arrived at the thread has not arrived everywhere.
    pub fn awaits_propagation(&self, thread: ThreadId) -> bool {
        self.late.iter().any(|it| it.has_arrived_at(thread))
    }

    /// The writes that have not arrived at the thread, with their bytes' addresses and number. For explorations.
    pub fn not_arrived(&self, thread: ThreadId) -> impl Iterator<Item = (Timestamp, u64, usize)> {
        let missing = self.late.iter().filter(move |it| it.is_missing_at(thread));
        missing.map(|it| (it.write, it.addr, it.len))
    }

    /// The write arrives at the thread, and before it what must.
    pub fn arrive(&mut self, thread: ThreadId, write: Timestamp, driver: &mut dyn Driver) {
        let Some(late) = self.late(write).filter(|it| it.is_missing_at(thread)) else {
            return;
        };
        let (store, addr, len) = (late.store, late.addr, late.len);
        for earlier in late.before.clone() {
            self.arrive(thread, earlier, driver);
        }
        let held = self.thread(thread).stale.held();
        let earlier = held
            .within(addr, len)
            .into_iter()
            .take_while(|it| *it != write);
        let earlier: Vec<Timestamp> = earlier.collect();
        let (skipped, awaited): (Vec<Timestamp>, Vec<Timestamp>) = earlier
            .into_iter()
            .partition(|it| self.late(*it).is_some_and(|it| it.is_within(addr, len)));
        for earlier in awaited {
            self.arrive(thread, earlier, driver);
        }
        let state = self.thread(thread);
        let delay = if state.may_read_stale && !self.up_to_date {
            driver.read_delay_of_late(store, thread)
        } else {
            0
        };
        self.make_room(thread, granules(addr, len).count(), driver);
        let memory = if self.shown == Some(thread) {
            self.in_memory(granules(addr, len))
        } else {
            Vec::new()
        };
        self.clock += 1;
        let (now, due) = (self.clock, self.round + delay.min(LONGEST_DELAY));
        for granule in granules(addr, len) {
            self.arrive_in(thread, granule, write, (now, (delay > 0).then_some(due)));
        }
        for skipped in skipped {
            self.miss_no_longer(thread, skipped, true);
        }
        self.miss_no_longer(thread, write, false);
        self.thread_mut(thread).settle();
        self.bring_up_to_date(&memory, driver);
    }

    fn arrive_in(
        &mut self,
        thread: ThreadId,
        granule: u64,
        write: Timestamp,
        (now, due): (Timestamp, Option<u64>),
    ) {
        let state = self.thread_mut(thread);
        let oldest = state.stale.held().first(granule).map(|it| it.write);
        let Some(before) = state.stale.arrive(granule, write) else {
            return;
        };
        let earlier = state.stale.due(granule);
        let unseen = due.is_some() || earlier.is_some() || state.stale.is_held(granule);
        if unseen && !state.stale.holds_enough(granule) {
            let due = due.unwrap_or(0).max(earlier.unwrap_or(0));
            state.stale.push(granule, now, before, due);
            state.stale.was_committed(granule, oldest.unwrap_or(write));
        } else if !unseen {
            state.stale.seen_alone();
        }
        if !state.stale.held_mut().arrived(granule, now)
            && let Some(newest) = self.image.granule(granule)
        {
            let cumulative = &mut self.thread_mut(thread).cumulative;
            cumulative.arrived(granule, newest.written, now);
        }
    }

    /// The write has arrived at the thread, or (`skipped`) never will.
    pub(super) fn miss_no_longer(&mut self, thread: ThreadId, write: Timestamp, skipped: bool) {
        let Some(index) = self.late.iter().position(|it| it.write == write) else {
            return;
        };
        let late = &mut self.late[index];
        if !late.is_missing_at(thread) {
            return;
        }
        late.missing.retain(|it| *it != thread);
        if skipped {
            late.skipped.push(thread);
        } else {
            let now = View::at(self.clock);
            let (before, fenced) = (late.before.clone(), late.fenced.clone());
            self.follows(thread, &before, &fenced);
            for (other, state) in self.threads.iter_mut().enumerate() {
                if self.late[index].has_arrived_at(other as ThreadId) {
                    let propagated = &mut state.cumulative.propagated;
                    *propagated = propagated.join(now);
                }
            }
        }
        if self.late[index].missing.is_empty() {
            let late = self.late.remove(index);
            add(&mut self.before_others, &late.earlier);
            self.before_others.retain(|it| *it != write);
            for late in &mut self.late {
                late.before.retain(|it| *it != write);
                late.earlier.retain(|it| *it != write);
                late.fenced.retain(|it| *it != write);
            }
            for thread in &mut self.threads {
                thread.cumulative.forget(write);
            }
        }
    }

    /// The thread is about to commit a store to these bytes, later in coherence order than all others: of those
    /// that have not arrived at it, it skips what the store overwrites.
    pub(super) fn skip_held(
        &mut self,
        thread: ThreadId,
        (addr, len): (u64, usize),
        driver: &mut dyn Driver,
    ) {
        if self.thread(thread).stale.held().is_empty() {
            return;
        }
        for write in self.thread(thread).stale.held().within(addr, len) {
            if self.late(write).is_some_and(|it| it.is_within(addr, len)) {
                self.thread_mut(thread).stale.skip(write);
                self.miss_no_longer(thread, write, true);
            } else {
                self.arrive(thread, write, driver);
            }
        }
    }

    /// The writes that are due arrive.
    pub(super) fn arrive_due(&mut self, driver: &mut dyn Driver) {
        if self.late.is_empty() {
            return;
        }
        for thread in 0..self.threads.len() as ThreadId {
            let due = |machine: &Machine| {
                let mut held = machine.thread(thread).stale.held().iter();
                held.find(|it| it.due <= machine.round).map(|it| it.write)
            };
            while let Some(write) = due(self) {
                self.arrive(thread, write, driver);
            }
        }
    }

    /// What is late of the page that starts there is no longer.
    pub(super) fn forget_late(&mut self, page: u64) {
        let there = |it: &Late| granules(it.addr, it.len).any(|it| page_of(it) == page);
        while let Some(late) = self.late.iter().find(|it| there(it)) {
            let (write, missing) = (late.write, late.missing.clone());
            for thread in missing {
                self.thread_mut(thread).stale.skip(write);
                self.miss_no_longer(thread, write, true);
            }
        }
    }
}

/// Granules of writes that have not arrived at most, for each thread; one more, and they arrive.
const CAPACITY: usize = 64;
