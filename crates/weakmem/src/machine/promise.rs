//! Promises made, kept and broken.

use super::{Machine, overlay, patch_difference};
use crate::access::Store;
use crate::buffer::{MAX_ACCESS, Pending};
use crate::driver::Driver;
use crate::ids::{StoreId, ThreadId};
use crate::image::page_of;
use crate::promise::{Breach, Broken, Promise, Promised, Refusal};
use crate::step::Kind;
use crate::view::{Timestamp, View};

/// Promises of a thread at most. Each pins up to five granules of what it has not seen.
const CAPACITY: usize = 8;

impl Machine {
    /// Makes a store of the thread visible that it will make later. Returns its timestamp.
    ///
    /// # Errors
    ///
    /// If the store cannot be early, whatever the thread does until it makes it. Whether it was in order is
    /// known when the thread makes it: [`Machine::broken`].
    pub fn promise(
        &mut self,
        thread: ThreadId,
        promise: Promise<'_>,
        driver: &mut dyn Driver,
    ) -> Result<Timestamp, Refusal> {
        let first = self.committed_before(thread, &promise);
        self.refusal(thread, &promise, first).map_or(Ok(()), Err)?;
        for _ in 0..first {
            self.commit(thread, 0, driver);
        }
        let Promise {
            number,
            addr,
            bytes,
            privately,
            ..
        } = promise;
        let store = Store {
            addr,
            bytes,
            release: false,
            address: View::NONE,
            data: View::NONE,
        };
        // Pending stores from before a fence.
        let before = self.buffer(thread).before_atomic(self.rules.stores, &store);
        self.commit_set(thread, before, driver);
        self.commit_atomics_of_others(thread, |entry| entry.overlaps(addr, bytes.len()), driver);
        for earlier in self.threads[thread as usize].buffer.entries_mut() {
            if !earlier.overtaken_by_store {
                earlier.overtaken_by_store = true;
                self.counters.overtaken_by_store += 1;
            }
        }
        for write in self.thread(thread).stale.held().within(addr, bytes.len()) {
            self.arrive(thread, write, driver);
        }
        self.make_room_to_hold(bytes.len(), driver);
        self.counters.early_stores += 1;
        let written = |granule| self.image.granule(granule).map_or(0, |it| it.written);
        let state = self.thread(thread);
        let made = state.made + (number - state.stores) + privately;
        let promised = Promised::new(&promise, made, self.clock + 1, written);
        let atomic = promise.kind != Kind::Plain;
        self.write_early(StoreId { thread, number }, &store, atomic, driver);
        let state = self.thread_mut(thread);
        state.stale.guard_all(&promised.guards);
        state.promises.push(promised);
        Ok(promised.write)
    }

    /// Why the store cannot be promised now.
    pub fn refuses(&self, thread: ThreadId, promise: &Promise<'_>) -> Option<Refusal> {
        self.refusal(thread, promise, self.committed_before(thread, promise))
    }

    /// How many pending stores become visible before it.
    fn committed_before(&self, thread: ThreadId, promise: &Promise<'_>) -> usize {
        let pending = self.buffer(thread).entries().iter();
        pending
            .take_while(|entry| entry.number <= promise.behind)
            .count()
    }

    /// `committed`: so many pending stores become visible before it.
    fn refusal(
        &self,
        thread: ThreadId,
        promise: &Promise<'_>,
        committed: usize,
    ) -> Option<Refusal> {
        let state = self.thread(thread);
        let size = promise.bytes.len();
        let pending = |entry: &Pending| promise.meets(entry.addr, entry.bytes().len());
        let later = |other: &Promised| {
            other.number > promise.number && promise.meets(other.addr, other.bytes().len())
        };
        if !self.rules.load_buffering {
            Some(Refusal::Architecture)
        } else if size == 0
            || size > MAX_ACCESS
            || !promise.granules().all(|it| self.image.contains(it))
            || !promise.guards.granules().all(|it| self.image.contains(it))
        {
            Some(Refusal::Memory)
        } else if promise.number <= state.stores
            || state.promises.iter().any(|it| it.number == promise.number)
        {
            Some(Refusal::Made)
        } else if state.buffer.entries()[committed..].iter().any(pending)
            || state.promises.iter().any(later)
        {
            Some(Refusal::Coherence)
        } else if promise
            .guards
            .granules()
            .any(|it| state.stale.may_change(it))
        {
            Some(Refusal::Unseen)
        } else if promise.kind != Kind::Plain
            && promise.granules().any(|it| state.stale.is_late(it))
        {
            // Its read is of the newest.
            Some(Refusal::Unseen)
        } else if state.promises.len() >= CAPACITY {
            Some(Refusal::Full)
        } else {
            None
        }
    }

    /// Whether the architecture lets any store be early.
    pub fn may_promise(&self) -> bool {
        self.rules.load_buffering
    }

    /// Whether the thread has promised stores that it has not made.
    #[inline]
    pub fn has_promises(&self, thread: ThreadId) -> bool {
        !self.thread(thread).promises.is_empty()
    }

    /// The stores that the thread has promised and not made, in the order of the promises.
    pub fn promises(&self, thread: ThreadId) -> impl Iterator<Item = Promise<'_>> {
        self.thread(thread).promises.iter().map(|it| Promise {
            number: it.number,
            addr: it.addr,
            bytes: it.bytes(),
            privately: 0,
            behind: 0,
            kind: it.kind,
            guards: it.guards,
        })
    }

    /// Whether it matters what the thread's stores are ordered after: some may be, or be made, early.
    #[inline]
    pub fn keeps_stores(&self, thread: ThreadId) -> bool {
        self.thread(thread).keeps_stores()
    }

    /// Whether any thread has.
    pub fn any_promises(&self) -> bool {
        self.threads.iter().any(|it| !it.promises.is_empty())
    }

    /// A promise of the thread that would still be open. It is broken, if there is one: the thread ends, waits, or
    /// runs a signal's handler.
    pub fn must_have_kept(&mut self, thread: ThreadId) {
        let open = self.thread(thread).promises.first().map(|it| it.number);
        if let Some(number) = open {
            self.breaks(thread, number, Breach::Other);
        }
    }

    /// The first promise that was broken. What the machine shows from there on is wrong: the run must end,
    /// and has no outcome.
    #[must_use]
    #[inline]
    pub fn broken(&self) -> Option<Broken> {
        self.broken
    }

    /// The data of the thread's next store depend by pick on values of this view (Armv8's pick data
    /// dependency). This orders the store, and no load that reads it.
    pub fn data_picked(&mut self, thread: ThreadId, view: View) {
        let state = self.thread_mut(thread);
        state.data_picked = state.data_picked.join(view);
    }

    /// A promise of the thread is broken: it has none from here on.
    fn breaks(&mut self, thread: ThreadId, number: u64, breach: Breach) {
        let store = StoreId { thread, number };
        self.broken = self.broken.or(Some(Broken { store, breach }));
        let state = self.thread_mut(thread);
        for promised in std::mem::take(&mut state.promises) {
            for granule in promised.granules() {
                state.stale.unpin(granule, promised.write, View::NONE);
            }
            state.stale.unguard_all(&promised.guards, View::NONE);
        }
        state.own_stores.clear();
        state.settle();
    }

    /// The thread loads these bytes, and its load has this view. Stores to them that it has promised are ordered
    /// after the load. Returns what the load is ordered after if the thread looks ahead.
    pub(super) fn loads_among_stores(
        &mut self,
        thread: ThreadId,
        addr: u64,
        len: usize,
        view: View,
    ) -> View {
        let state = self.thread_mut(thread);
        for promised in state.promises.iter_mut().filter(|it| it.meets(addr, len)) {
            promised.after = promised.after.join(view);
        }
        let Some(ahead) = &mut state.ahead else {
            return View::NONE;
        };
        if state.buffer.forwarded(addr, len).1 {
            ahead.loaded_own(addr, len);
            View::NONE
        } else {
            ahead.loaded(addr, len, view)
        }
    }

    /// The thread makes a store: notes it if the thread looks ahead. Returns whether it was promised.
    pub(super) fn makes(
        &mut self,
        thread: ThreadId,
        store: &Store<'_>,
        atomic: bool,
        driver: &mut dyn Driver,
    ) -> bool {
        if !self.thread(thread).keeps_stores() {
            return false;
        }
        let view = self.ordered_before(thread, store);
        let state = self.thread_mut(thread);
        state.made += 1;
        if let Some(ahead) = &mut state.ahead {
            ahead.makes(store, view, atomic);
        }
        self.has_promises(thread) && self.fulfils(thread, store, atomic, driver)
    }

    /// The thread stores to these bytes, other than by a store that it has promised.
    fn touches(&mut self, thread: ThreadId, addr: u64, len: usize) {
        let promises = &self.thread(thread).promises;
        let touched = |it: &&Promised| it.meets(addr, len);
        if let Some(number) = promises.iter().find(touched).map(|it| it.number) {
            self.breaks(thread, number, Breach::Overwritten);
        }
    }

    /// Promises of stores to a page that leaves the model.
    pub(super) fn removes(&mut self, page: u64) {
        for thread in 0..self.threads.len() as ThreadId {
            let there = |it: &&Promised| {
                let mut granules = it.granules().chain(it.guards.granules());
                granules.any(|it| page_of(it) == page)
            };
            let promises = &self.thread(thread).promises;
            if let Some(number) = promises.iter().find(there).map(|it| it.number) {
                self.breaks(thread, number, Breach::Removed);
            }
        }
    }

    /// What a store that the thread makes now is ordered after.
    fn ordered_before(&self, thread: ThreadId, store: &Store<'_>) -> View {
        let state = self.thread(thread);
        let view = state
            .store_floor
            .join(state.control)
            .join(state.addresses)
            .join(state.data_picked)
            .join(store.address)
            .join(store.data);
        if store.release {
            view.join(state.reads)
                .join(state.writes)
                .join(state.private_writes)
        } else {
            view
        }
    }

    /// The thread makes a store. Returns whether it had promised it.
    fn fulfils(
        &mut self,
        thread: ThreadId,
        store: &Store<'_>,
        atomic: bool,
        driver: &mut dyn Driver,
    ) -> bool {
        let state = self.thread(thread);
        let made = state.made;
        let mut promises = state.promises.iter();
        let Some(index) = promises.position(|it| it.made == made) else {
            self.touches(thread, store.addr, store.bytes.len());
            return false;
        };
        let promised = state.promises[index];
        let number = promised.number;
        // CoWW: of a granule, the stores are made in the order in which they were promised.
        let same = |it: &Promised| it.meets(store.addr, store.bytes.len());
        let after = self.ordered_before(thread, store).join(promised.after);
        let others =
            |granule| state.stale.oldest_unseen(granule, View::NONE) != Some(promised.write);
        let breach = if (promised.addr, promised.bytes()) != (store.addr, store.bytes)
            || atomic != (promised.kind != Kind::Plain)
        {
            Some(Breach::Other)
        } else if state.promises[..index].iter().any(same) {
            Some(Breach::Overwritten)
        } else if after.includes(promised.write)
            || state.buffer.before_atomic(self.rules.stores, store) != 0
            // An atomic's read is of the write just before its own.
            || atomic && promised.granules().any(others)
        {
            Some(Breach::Ordered)
        } else {
            None
        };
        if let Some(breach) = breach {
            self.breaks(thread, number, breach);
            return false;
        }
        self.kept(thread, index, store, driver);
        true
    }

    /// The thread has made the store of this promise.
    fn kept(&mut self, thread: ThreadId, index: usize, store: &Store<'_>, driver: &mut dyn Driver) {
        let promised = self.thread_mut(thread).promises.remove(index);
        let mut before = match self.shown {
            Some(shown) if shown == thread => self.in_memory(self.held_for(thread, &promised)),
            _ => Vec::new(),
        };
        // There it is the store that has just been made.
        for (granule, bytes) in &mut before {
            overlay(*granule, bytes, store.addr, store.bytes);
        }
        let store = self.stored(thread, *store);
        let state = self.thread_mut(thread);
        state.stores = promised.number.max(state.stores + 1);
        let write = View::at(promised.write);
        let epoch = state.buffer.epoch() + 1;
        state.cumulative.follow(promised.write, epoch, 0);
        state.writes = state.writes.join(write);
        if store.release {
            state.releases = state.releases.join(write);
        }
        let written = |granule| promised.written_before(granule);
        let atomic = promised.kind != Kind::Plain;
        state
            .forwards
            .stored(&store, promised.write, atomic, written);
        for granule in promised.granules() {
            // CoWR, and what the thread came to see since elsewhere.
            state.stale.unguard_whole(granule);
            state.stale.unpin(granule, promised.write, state.floor);
        }
        state.stale.unguard_all(&promised.guards, state.floor);
        if state.promises.is_empty() {
            state.own_stores.clear();
        }
        state.stale.seen_alone();
        state.settle();
        for (granule, before) in before {
            let now = self.granule_in_memory(granule);
            patch_difference(granule, &before, &now, driver);
        }
    }
}
