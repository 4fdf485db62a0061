//! A store that goes below another thread's write in coherence order (Power).
//!
//! The order of two writes to one location is settled when the later of the two is committed. Where the earlier
//! one has not arrived at its thread, that may be either order: "coherence" relates writes, and no thread's program
//! order (Sarkar et al., PLDI 2011, 2.3 "partial coherence commitment"). `WWC+datas` needs it.

use super::Machine;
use crate::access::Store;
use crate::buffer::Pending;
use crate::driver::Driver;
use crate::ids::{StoreId, ThreadId};
use crate::image::{GRANULE, granules};
use crate::late::Late;
use crate::view::{Timestamp, View};

impl Machine {
    /// The writes that have not arrived at the thread and below which its pending store `index` may go.
    pub fn may_commit_below(&self, thread: ThreadId, index: usize) -> Vec<Timestamp> {
        let held = self.thread(thread).stale.held();
        if held.is_empty() || !self.may_commit(thread, index) {
            return Vec::new();
        }
        let entry = self.buffer(thread).entries()[index];
        let (addr, len) = (entry.addr, entry.bytes().len());
        let there = held.within(addr, len);
        let same = |it: &&Late| there.contains(&it.write) && (it.addr, it.len) == (addr, len);
        if entry.atomic || self.late.iter().filter(same).count() != there.len() {
            return Vec::new();
        }
        let place = self.place(thread, entry.epoch, entry.number, false);
        let may = |write: &Timestamp| {
            let atomic = self.late.iter().any(|it| it.write == *write && it.atomic);
            !atomic && !place.earlier.contains(write)
        };
        there.into_iter().filter(may).collect()
    }

    /// Commits the pending store `index` of the thread just below this write.
    ///
    /// # Panics
    ///
    /// If it may not go there ([`Machine::may_commit_below`]).
    pub fn commit_below(
        &mut self,
        thread: ThreadId,
        index: usize,
        above: Timestamp,
        driver: &mut dyn Driver,
    ) {
        assert!(
            self.may_commit_below(thread, index).contains(&above),
            "store {index} of thread {thread} may not go there"
        );
        let entry = self.take_pending(thread, index);
        let (addr, len) = (entry.addr, entry.bytes().len());
        let mut place = self.place(thread, entry.epoch, entry.number, false);
        let fenced = self.buffer(thread).is_before_fence(&entry);
        let shown = self.shown == Some(thread);
        let memory = if shown {
            self.in_memory(granules(addr, len))
        } else {
            Vec::new()
        };
        let held = self.thread(thread).stale.held().within(addr, len);
        for earlier in held.into_iter().take_while(|it| *it != above) {
            self.thread_mut(thread).stale.skip(earlier);
            self.miss_no_longer(thread, earlier, true);
        }
        let there = |it: &&Late| it.meets(addr, len) && !it.is_missing_at(thread);
        let there: Vec<Timestamp> = self.late.iter().filter(there).map(|it| it.write).collect();
        self.add_before(&mut place.earlier, &there);
        self.clock += 1;
        let id = StoreId {
            thread,
            number: entry.number,
        };
        driver.visible(id, self.clock);
        let missing = self.late.iter().find(|it| it.write == above);
        let mut missing = missing.map_or_else(Vec::new, |it| it.missing.clone());
        missing.retain(|it| *it != thread);
        for other in &missing {
            self.put_below(*other, above, &entry, true);
        }
        let before = granules(addr, len).map(|granule| self.arrived_at(thread, granule));
        let before: Vec<Timestamp> = before.map(|it| it.unwrap_or_default().written).collect();
        self.put_below(thread, above, &entry, false);
        let earlier = fenced.then(|| place.earlier.clone());
        self.committed(id, place, Some(above), (addr, len), missing);
        self.has_gone_below(thread, &entry, &before);
        self.was_before_fence(thread, earlier);
        self.bring_up_to_date(&memory, driver);
    }

    /// Puts a store below a write that has not arrived at this thread. `late`: nor has the store.
    fn put_below(&mut self, thread: ThreadId, above: Timestamp, entry: &Pending, late: bool) {
        let (now, due) = (self.clock, self.round);
        for granule in granules(entry.addr, entry.bytes().len()) {
            let start = granule.max(entry.addr);
            let from = &entry.bytes()[(start - entry.addr) as usize..];
            let offset = (start - granule) as usize;
            let bytes = &from[..from.len().min(GRANULE - offset)];
            let held = self.thread_mut(thread).stale.held_mut();
            held.insert_below(
                above,
                granule,
                late.then_some((now, due)),
                (offset, bytes),
                now,
            );
        }
    }

    /// The thread sees its own store.
    fn has_gone_below(&mut self, thread: ThreadId, entry: &Pending, before: &[Timestamp]) {
        let now = self.clock;
        let store = Store {
            addr: entry.addr,
            bytes: entry.bytes(),
            release: false,
            address: entry.address,
            data: entry.data,
        };
        let state = self.thread_mut(thread);
        for granule in granules(entry.addr, store.bytes.len()) {
            state.stale.see(granule, View::at(now));
        }
        state.stale.seen_alone();
        state.settle();
        state.writes = View::at(now);
        if state.tracks() {
            let first = granules(entry.addr, store.bytes.len()).next();
            let first = first.unwrap_or(entry.addr);
            let before = |granule: u64| before[(granule - first) as usize / GRANULE];
            state.forwards.stored(&store, now, false, before);
        }
    }
}
