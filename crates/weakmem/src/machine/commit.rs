//! How stores become visible, and who does not see them yet.

use super::cumulative::Place;
use super::{Machine, patch_difference};
use crate::access::Store;
use crate::buffer::{MAX_ACCESS, Pending};
use crate::driver::Driver;
use crate::ids::{StoreId, ThreadId};
use crate::image::{GRANULE, granules};
use crate::strategy::LONGEST_DELAY;
use crate::view::{Timestamp, View};

impl Machine {
    /// Makes all stores of the thread visible, in program order.
    pub fn drain(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        while !self.buffer(thread).is_empty() {
            self.commit(thread, 0, driver);
        }
    }

    /// Whether the pending store `index` of the thread may become visible next.
    pub fn may_commit(&self, thread: ThreadId, index: usize) -> bool {
        let buffer = self.buffer(thread);
        index < buffer.len() && buffer.may_commit(self.rules.stores, index)
    }

    /// Makes the pending store `index` of the thread visible.
    ///
    /// # Panics
    ///
    /// If it may not commit next.
    pub fn commit(&mut self, thread: ThreadId, index: usize, driver: &mut dyn Driver) {
        assert!(
            self.may_commit(thread, index),
            "store {index} of thread {thread} may not commit next"
        );
        let Pending { addr, .. } = self.buffer(thread).entries()[index];
        let len = self.buffer(thread).entries()[index].bytes().len();
        // Their reads have read what was there before this store.
        self.commit_atomics_of_others(thread, |entry| entry.overlaps(addr, len), driver);
        self.skip_held(thread, (addr, len), driver);
        self.make_room_to_hold(len, driver);
        let entry = self.take_pending(thread, index);
        let store = Store {
            addr: entry.addr,
            bytes: entry.bytes(),
            release: entry.release,
            address: entry.address,
            data: entry.data,
        };
        let number = entry.number;
        let place = self.place(thread, entry.epoch, number, entry.atomic);
        let fenced = self.buffer(thread).is_before_fence(&entry);
        let earlier = fenced.then(|| place.earlier.clone());
        self.write(StoreId { thread, number }, &store, place, driver);
        self.was_before_fence(thread, earlier);
    }

    /// Takes the pending store `index` of the thread out of its buffer.
    pub(super) fn take_pending(&mut self, thread: ThreadId, index: usize) -> Pending {
        let buffer = &mut self.threads[thread as usize].buffer;
        let entry = buffer.remove(index);
        for earlier in &mut buffer.entries_mut()[..index] {
            if !earlier.overtaken_by_store {
                earlier.overtaken_by_store = true;
                self.counters.overtaken_by_store += 1;
            }
        }
        self.note_pending_atomics(thread);
        entry
    }

    /// The newest write of the thread is before a fence, and these late writes are before it.
    pub(super) fn was_before_fence(&mut self, thread: ThreadId, earlier: Option<Vec<Timestamp>>) {
        if let Some(earlier) = earlier {
            let state = self.thread_mut(thread);
            state.store_floor = state.store_floor.join(state.writes);
            self.orders_later_stores(thread, earlier);
        }
    }

    /// A write of the thread becomes visible.
    pub(super) fn write(
        &mut self,
        id: StoreId,
        store: &Store<'_>,
        place: Place,
        driver: &mut dyn Driver,
    ) {
        let (thread, atomic) = (id.thread, place.atomic);
        let (addr, len) = (store.addr, store.bytes.len());
        let written: Vec<Timestamp> = if self.tracks(thread) {
            let parts = granules(addr, len).map(|granule| self.arrived_at(thread, granule));
            parts.map(|part| part.unwrap_or_default().written).collect()
        } else {
            Vec::new()
        };
        let before = match self.shown {
            // What it sees, it had stored already.
            Some(shown) if shown == thread && !self.may_see_older(thread) => Vec::new(),
            _ => self.shown_in(granules(addr, len)),
        };
        let now = self.enter(id, store, place, driver);
        let state = self.thread_mut(thread);
        for granule in granules(addr, len) {
            // CoWR: a thread does not see what is older than its own store.
            state.stale.unguard_whole(granule);
            state.stale.see(granule, View::at(now));
        }
        state.stale.seen_alone();
        state.settle();
        state.writes = View::at(now);
        if store.release {
            state.releases = View::at(now);
        }
        if state.tracks() {
            let first = granules(addr, len).next().unwrap_or(addr);
            let before = |granule: u64| {
                let written = written.get((granule - first) as usize / GRANULE);
                written.copied().unwrap_or(now)
            };
            state.forwards.stored(store, now, atomic, before);
        }
        self.show_write(store, &before, driver);
    }

    /// What memory holds, while it holds a thread's view.
    fn shown_in(&self, granules: impl Iterator<Item = u64>) -> Vec<(u64, [u8; GRANULE])> {
        if self.shown.is_none() {
            Vec::new()
        } else {
            self.in_memory(granules)
        }
    }

    /// Brings memory, which held `before`, up to date with a write.
    fn show_write(
        &self,
        store: &Store<'_>,
        before: &[(u64, [u8; GRANULE])],
        driver: &mut dyn Driver,
    ) {
        if self.shown.is_none() {
            driver.patch(store.addr, store.bytes);
        } else {
            self.bring_up_to_date(before, driver);
        }
    }

    /// Puts a write into the committed memory. Returns its timestamp.
    fn enter(
        &mut self,
        id: StoreId,
        store: &Store<'_>,
        place: Place,
        driver: &mut dyn Driver,
    ) -> Timestamp {
        let (addr, len) = (store.addr, store.bytes.len());
        self.clock += 1;
        driver.visible(id, self.clock);
        let mut missing = Vec::new();
        for other in 0..self.threads.len() as ThreadId {
            let may_read_stale = self.thread(other).may_read_stale && !self.up_to_date;
            if other == id.thread || !may_read_stale {
                continue;
            }
            if self.hold(id, other, &place, (addr, len), driver) {
                missing.push(other);
            } else {
                self.leave_unseen(id, other, addr, len, driver);
            }
        }
        self.image.write(addr, store.bytes, self.clock);
        self.committed(id, place, None, (addr, len), missing);
        self.became_visible(id.thread, addr, len);
        self.clock
    }

    /// A promised store of the thread becomes visible, to all others: pins it for the thread itself.
    pub(super) fn write_early(
        &mut self,
        id: StoreId,
        store: &Store<'_>,
        atomic: bool,
        driver: &mut dyn Driver,
    ) {
        let here = || granules(store.addr, store.bytes.len());
        self.make_room(id.thread, here().count(), driver);
        let before = self.shown_in(here());
        let now = self.clock + 1;
        for granule in here() {
            if let Some(before) = self.arrived_at(id.thread, granule) {
                let stale = &mut self.thread_mut(id.thread).stale;
                stale.pin(granule, now, before);
            }
        }
        let place = Place {
            atomic,
            ..self.place_early(id.thread)
        };
        self.enter(id, store, place, driver);
        self.show_write(store, &before, driver);
    }

    /// The thread sees the oldest writes, until there is room for so many more that it does not see.
    pub(super) fn make_room(&mut self, thread: ThreadId, wanted: usize, driver: &mut dyn Driver) {
        while self.thread(thread).stale.room() < wanted {
            let oldest = self.thread(thread).stale.oldest_not_pinned();
            let memory = self.shown_in(oldest.into_iter());
            self.thread_mut(thread).stale.see_oldest();
            self.bring_up_to_date(&memory, driver);
        }
    }

    /// A thread may not see the write that is about to become visible.
    fn leave_unseen(
        &mut self,
        store: StoreId,
        thread: ThreadId,
        addr: u64,
        len: usize,
        driver: &mut dyn Driver,
    ) {
        let delay = driver.read_delay(store, thread);
        let due = self.round + delay.min(LONGEST_DELAY);
        for granule in granules(addr, len) {
            let state = &mut self.threads[thread as usize];
            let earlier = state.stale.due(granule);
            if delay == 0 && earlier.is_none() && !state.stale.is_held(granule) {
                state.stale.seen_alone();
                continue;
            }
            if self.thread_mut(thread).stale.holds_enough(granule) {
                continue;
            }
            let Some(before) = self.arrived_at(thread, granule) else {
                continue;
            };
            let due = due.max(earlier.unwrap_or(0));
            self.make_room(thread, 1, driver);
            let write = self.clock;
            let stale = &mut self.thread_mut(thread).stale;
            stale.push(granule, write, before, due);
        }
    }

    /// Commits a set (a bit each) that holds the predecessors of its members, in program order.
    pub(super) fn commit_set(&mut self, thread: ThreadId, mut set: u64, driver: &mut dyn Driver) {
        let mut removed = 0;
        while set != 0 {
            let index = set.trailing_zeros();
            set &= set - 1;
            self.commit(thread, (index - removed) as usize, driver);
            removed += 1;
        }
    }

    /// One round, while no thread's view is in memory: the writes that are due are seen, and the
    /// stores that are due become visible, unless one that is not must be first.
    pub fn next_round(&mut self, driver: &mut dyn Driver) {
        debug_assert!(self.shown.is_none());
        for thread in &mut self.threads {
            if thread.tracks() {
                thread.stale.see_due(self.round);
                thread.settle();
            }
        }
        self.arrive_due(driver);
        for thread in 0..self.threads.len() {
            // What it reads of them it was promised to read ([`Machine::ahead`]).
            if !self.threads[thread].promises.is_empty() {
                continue;
            }
            let mut index = 0;
            while let Some(entry) = self.threads[thread].buffer.entries().get(index) {
                if entry.due <= self.round && self.may_commit(thread as ThreadId, index) {
                    self.commit(thread as ThreadId, index, driver);
                } else {
                    index += 1;
                }
            }
        }
        self.round += 1;
    }

    /// How many writes to these bytes the thread has not seen.
    pub fn unseen(&self, thread: ThreadId, addr: u64, len: usize) -> usize {
        self.thread(thread).stale.unseen_in(addr, len).len()
    }

    /// The thread sees the oldest of these. For explorations, while its view is not in memory:
    /// [`Machine::next_round`] does so in time.
    pub fn see_one(&mut self, thread: ThreadId, addr: u64, len: usize) {
        debug_assert!(self.shown != Some(thread));
        let state = self.thread_mut(thread);
        if let Some(write) = state.stale.unseen_in(addr, len).first() {
            for granule in granules(addr, len) {
                state.stale.see(granule, View::at(*write));
            }
        }
        state.settle();
    }

    /// Puts the thread's view into memory that holds the committed contents.
    pub fn switch_in(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        debug_assert!(self.shown.is_none());
        self.shown = Some(thread);
        let state = self.thread(thread);
        for (granule, stale) in state.stale.granules(state.next) {
            if let Some(newest) = self.image.granule(granule) {
                patch_difference(granule, &newest.bytes, &stale.bytes, driver);
            }
        }
        for entry in state.buffer.entries() {
            driver.patch(entry.addr, entry.bytes());
        }
    }

    /// Puts the committed contents into memory that holds a thread's view.
    pub fn switch_out(&mut self, driver: &mut dyn Driver) {
        let Some(thread) = self.shown.take() else {
            return;
        };
        let state = self.thread(thread);
        for (granule, stale) in state.stale.granules(state.next) {
            if let Some(newest) = self.image.granule(granule) {
                patch_difference(granule, &stale.bytes, &newest.bytes, driver);
            }
        }
        for entry in state.buffer.entries() {
            let mut committed = [0; MAX_ACCESS];
            let committed = &mut committed[..entry.bytes().len()];
            if self.image.read(entry.addr, committed) {
                driver.patch(entry.addr, committed);
            }
        }
    }
}
