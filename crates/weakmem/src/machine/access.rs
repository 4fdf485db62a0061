//! Loads, stores, atomics, and reservations.

use super::Machine;
use crate::access::{Load, Store};
use crate::driver::Driver;
use crate::ids::ThreadId;
use crate::image::{GRANULE, PAGE_SIZE, granules};
use crate::promise::Promised;
use crate::reservation::Reservation;
use crate::step::Kind;
use crate::strategy::LONGEST_DELAY;
use crate::view::View;

impl Machine {
    /// A load that was done: it has read what [`Machine::read`] gives. Returns its view: what it, and
    /// what depends on it, is ordered after.
    pub fn load(&mut self, thread: ThreadId, load: Load) -> View {
        let Load { addr, len, .. } = load;
        self.counters.loads += 1;
        let state = &mut self.threads[thread as usize];
        // Those before it were overtaken with it, or before.
        let newest = state.buffer.entries().last();
        if newest.is_some_and(|entry| !entry.overtaken_by_load) && !state.buffer.forwards(addr, len)
        {
            for entry in state.buffer.entries_mut() {
                if !entry.overtaken_by_load {
                    entry.overtaken_by_load = true;
                    self.counters.overtaken_by_load += 1;
                }
            }
        }
        if state.tracks() {
            self.stale_load(thread, load)
        } else {
            let held = state.stale.held();
            let stale = !held.is_empty() && granules(addr, len).any(|it| held.first(it).is_some());
            self.counters.stale_loads += u64::from(stale);
            View::NONE
        }
    }

    fn stale_load(&mut self, thread: ThreadId, load: Load) -> View {
        let Load { addr, len, .. } = load;

        let rules = self.rules;
        let state = self.thread(thread);
        // What its address is ordered after, its value is ordered after.
        let mut view = state.floor.join(load.address);
        let mut stale = false;
        for granule in granules(addr, len) {
            // CoRR: what it saw here, it still sees.
            let next = self.thread(thread).next;
            self.thread_mut(thread).stale.see(granule, next);
            let state = self.thread(thread);
            let old = state.stale.contents(granule, View::NONE).copied();
            stale |= old.is_some();
            let start = granule.max(addr);
            let end = (granule + GRANULE as u64).min(addr + len as u64);
            let (forwarded, all) = state.buffer.forwarded(start, (end - start) as usize);
            view = view.join(forwarded);
            if !all && let Some(contents) = old.or_else(|| self.arrived_at(thread, granule)) {
                let written = contents.written;
                let own = state.forwards.of(granule, written, rules.atomics_forward);
                view = view.join(own.unwrap_or(View::at(written)));
            }
        }
        if self.thread(thread).keeps_stores() {
            view = view.join(self.loads_among_stores(thread, addr, len, view));
        }
        self.counters.stale_loads += u64::from(stale);
        self.loaded(thread, load, view)
    }

    /// A load of memory that only this thread uses, or (`now`) that everybody writes directly.
    pub fn private_load(&mut self, thread: ThreadId, load: Load, now: bool) -> View {
        if !self.tracks(thread) {
            return View::NONE;
        }
        let state = self.thread(thread);
        let own = granules(load.addr, load.len)
            .filter_map(|granule| state.forwards.of(granule, 0, true))
            .collect::<View>();
        let mut view = state.floor.join(load.address).join(own);
        if now {
            view = view.join(self.now());
            if let Some(ahead) = &mut self.thread_mut(thread).ahead {
                view = view.join(ahead.loaded_what_others_write());
            }
        }
        self.loaded(thread, load, view)
    }

    /// Keeps the view of a load; returns what it adds for what depends on the load.
    fn loaded(&mut self, thread: ThreadId, load: Load, view: View) -> View {
        let by_location = self.rules.branch_includes_location;
        let one = self.rules.atomic_is_one;
        let state = self.thread_mut(thread);
        if !load.no_result || one {
            state.reads = state.reads.join(view);
        }
        state.addresses = state.addresses.join(load.address);
        // All that the thread loads is ordered after its floor.
        let view = state.beyond_floor(view);
        if by_location && view != View::NONE {
            state.forwards.loaded(load.addr, load.len, view);
        }
        state.settle();
        view
    }

    /// A store that was made. It stays pending for `delay` rounds at most, see
    /// [`crate::Strategy::store_delay`].
    pub fn store(
        &mut self,
        thread: ThreadId,
        store: Store<'_>,
        delay: u64,
        driver: &mut dyn Driver,
    ) {
        self.counters.stores += 1;
        if self.thread(thread).keeps_stores() && self.makes(thread, &store, false, driver) {
            self.thread_mut(thread).data_picked = View::NONE;
            return;
        }
        if self.thread(thread).buffer.is_full() {
            self.commit(thread, 0, driver);
            self.show_store(thread, &store, driver);
        }
        let store = self.stored(thread, store);
        let due = self.round + delay.min(LONGEST_DELAY);
        let state = self.thread_mut(thread);
        state.stores += 1;
        state.data_picked = View::NONE;
        state.buffer.push(store, false, state.stores, due);
    }

    /// A store to memory that only this thread uses.
    pub fn private_store(&mut self, thread: ThreadId, store: Store<'_>) {
        if self.tracks(thread) {
            let store = self.stored(thread, store);
            let now = self.now();
            let state = self.thread_mut(thread);
            if state.keeps_stores() {
                state.private_writes = now;
                state.made += 1;
                if let Some(ahead) = &mut state.ahead {
                    ahead.stored_privately();
                } else {
                    let stored = granules(store.addr, store.bytes.len());
                    state.own_stores.extend(stored);
                }
            }
            let view = state.beyond_floor(store.address.join(store.data));
            let forwards = &mut state.forwards;
            // A view that says nothing, and replaces none, need not be kept.
            if view != View::NONE || !forwards.is_free_of(store.addr, store.bytes.len()) {
                forwards.stored(&store, 0, false, |_| 0);
            }
        }
    }

    /// A release store, or an acquire atomic, of memory that only this thread uses: its write is
    /// visible at once, and so are the stores that come before it.
    pub fn private_release(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        self.drain(thread, driver);
        self.clock += 1;
        let now = self.now();
        let state = self.thread_mut(thread);
        (state.writes, state.releases) = (now, now);
    }

    /// Keeps what the store's address depends on. Returns the store with what a load that reads it
    /// is ordered after because of its location.
    pub(super) fn stored<'a>(&mut self, thread: ThreadId, store: Store<'a>) -> Store<'a> {
        let by_location = self.rules.branch_includes_location;
        let state = self.thread_mut(thread);
        state.addresses = state.addresses.join(store.address);
        if !by_location {
            return store;
        }
        // Stronger than Power asks of the load; what it asks of an `isync` after it.
        let mut earlier = state.forwards.reads(store.addr, store.bytes.len());
        if state.keeps_stores() {
            // And of a store that depends on the load (`po-loc` in `cc0`).
            let (addr, len) = (store.addr, store.bytes.len());
            let visible = state.forwards.stores(addr, len);
            earlier = earlier.join(visible).join(state.buffer.views(addr, len));
        }
        Store {
            data: store.data.join(earlier),
            ..store
        }
    }

    /// A store that is in memory already may have been hidden by what its thread has come to see
    /// around it.
    pub(super) fn show_store(&self, thread: ThreadId, store: &Store<'_>, driver: &mut dyn Driver) {
        if self.shown == Some(thread) {
            driver.patch(store.addr, store.bytes);
        }
    }

    /// A load-reserved of the thread has loaded `bytes` at `addr`, with this view. `pair`:
    /// it may be the second half of one instruction's.
    pub fn reserve(&mut self, thread: ThreadId, addr: u64, bytes: &[u8], view: View, pair: bool) {
        let state = self.thread_mut(thread);
        // It has loaded something older than what is there: it is lost already.
        let made = |it: &Promised| it.kind == Kind::StoreConditional && it.meets(addr, bytes.len());
        let made = state.promises.iter().any(made);
        let late = state.stale.is_older_in(addr, bytes.len(), made);
        if pair
            && state
                .reservation
                .as_mut()
                .is_some_and(|first| first.extend(addr, bytes))
        {
            if late && let Some(held) = &mut state.reservation {
                held.lose();
            }
            state.reserved = state.reserved.join(view);
            return;
        }
        let mut reservation = Reservation::new(addr, bytes);
        if late {
            reservation.lose();
        }
        state.reservation = Some(reservation);
        state.reserved = view;
        if let Some(ahead) = &mut state.ahead {
            ahead.reserved();
        }
    }

    /// The thread has made its store-conditional, whether or not it succeeded.
    pub fn end_reservation(&mut self, thread: ThreadId) {
        self.thread_mut(thread).reservation = None;
    }

    /// The view of the status of the thread's last store-conditional.
    ///
    /// It holds at least that of its load-reserved: else what a lock protects could be read before the lock
    /// was taken.
    pub fn status(&self, thread: ThreadId) -> View {
        let state = self.thread(thread);
        if self.rules.status_includes_write {
            state.reserved.join(state.writes)
        } else {
            state.reserved
        }
    }

    /// Ends all reservations in the bytes from `start` up to `end`: what happens to them from
    /// here on is not seen. The store-conditionals then are the emulator's alone.
    pub fn end_reservations(&mut self, start: u64, end: u64) {
        for thread in &mut self.threads {
            let held = thread.reservation;
            if held.is_some_and(|held| (start..end).contains(&held.addr())) {
                thread.reservation = None;
            }
        }
    }

    /// Who else reserved bytes of the page that starts at `page` has lost them: `thread` has
    /// stored there by other ways than [`Machine::store`].
    pub fn lose_reservations(&mut self, thread: ThreadId, page: u64) {
        self.became_visible(thread, page, PAGE_SIZE);
    }

    /// All others have lost what they reserved: `thread` has stored to memory that may have other
    /// addresses too. (A store-conditional may fail without need.)
    pub fn lose_all_reservations(&mut self, thread: ThreadId) {
        self.became_visible(thread, 0, usize::MAX);
    }

    /// A store of `thread` has become visible: who else reserved these bytes has lost them.
    pub(super) fn became_visible(&mut self, thread: ThreadId, addr: u64, len: usize) {
        for (other, state) in self.threads.iter_mut().enumerate() {
            // A store-conditional that is promised is made.
            let made = |it: &Promised| it.kind == Kind::StoreConditional && it.meets(addr, len);
            if let Some(reservation) = &mut state.reservation
                && other != thread as usize
                && !state.promises.iter().any(made)
            {
                reservation.stored(addr, len as u64);
            }
        }
    }
}
