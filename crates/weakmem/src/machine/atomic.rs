//! The writes of atomics and of store-conditionals.
//!
//! Like any store's, such a write may become visible after later stores of its thread. But nothing
//! may come between the write that the atomic read and its own: while it is pending, no other
//! thread's write to these bytes becomes visible before it, and no other thread's atomic starts.
//! (That of atomics of other locations, too, is stronger than need be: the address of an atomic is
//! known only when it is done.)

use super::Machine;
use crate::access::Store;
use crate::buffer::Pending;
use crate::driver::Driver;
use crate::ids::ThreadId;
use crate::image::GRANULE;
use crate::strategy::LONGEST_DELAY;
use crate::view::View;

impl Machine {
    /// The write of an atomic read-modify-write or of a store-conditional. It stays pending for
    /// `delay` rounds at most ([`crate::Strategy::store_delay`]); without, it is visible at once.
    ///
    /// It is a store too: it is ordered after the stores of the same location and after those that a
    /// fence, or its own release, orders before it. The read before it must have seen the
    /// newest contents ([`Machine::expect`] with [`crate::View::ALL`]), with no other thread's access
    /// between.
    pub fn atomic(
        &mut self,
        thread: ThreadId,
        store: Store<'_>,
        delay: Option<u64>,
        driver: &mut dyn Driver,
    ) {
        self.counters.stores += 1;
        if self.thread(thread).keeps_stores() && self.makes(thread, &store, true, driver) {
            return;
        }
        self.makes_atomic(thread, store, delay, driver);
        self.looks_ahead_again(thread, driver);
    }

    /// An atomic of the thread has only read: a comparison failed.
    pub(super) fn compared_only(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        self.looks_ahead_again(thread, driver);
    }

    /// If the thread looks ahead, it does so from here: what an atomic does depends on what others do.
    fn looks_ahead_again(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        if self.thread(thread).ahead.is_some() {
            self.drain(thread, driver);
            let state = self.thread_mut(thread);
            if let Some(ahead) = &mut state.ahead {
                ahead.starts_again(state.stores);
            }
        }
    }

    /// The same of one that was not promised.
    fn makes_atomic(
        &mut self,
        thread: ThreadId,
        store: Store<'_>,
        delay: Option<u64>,
        driver: &mut dyn Driver,
    ) {
        if let Some(delay) = delay {
            if self.buffer(thread).is_full() {
                self.commit(thread, 0, driver);
            }
            let store = self.stored(thread, store);
            let due = self.round + delay.min(LONGEST_DELAY);
            let state = self.thread_mut(thread);
            state.stores += 1;
            state.buffer.push(store, true, state.stores, due);
            self.pending_atomics = Some(thread);
            // Commits before it, of an atomic that it has read, may have hidden it.
            self.show_store(thread, &store, driver);
            return;
        }
        let buffer = &self.thread(thread).buffer;
        let before = buffer.before_atomic(self.rules.stores, &store);
        self.commit_set(thread, before, driver);
        for entry in self.threads[thread as usize].buffer.entries_mut() {
            if !entry.overtaken_by_store {
                entry.overtaken_by_store = true;
                self.counters.overtaken_by_store += 1;
            }
        }
        self.skip_held(thread, (store.addr, store.bytes.len()), driver);
        self.make_room_to_hold(store.bytes.len(), driver);
        let store = self.stored(thread, store);
        let id = self.next_store(thread);
        self.thread_mut(thread).stores = id.number;
        let place = self.place(thread, self.buffer(thread).epoch(), id.number, true);
        self.write(id, &store, place, driver);
        self.show_store(thread, &store, driver);
    }

    /// Whether the writes of atomics and of store-conditionals may stay pending.
    pub fn atomics_stay_pending(&self) -> bool {
        self.rules.atomics_stay_pending
    }

    /// An atomic has written, and its read has this view. Returns the view of its result.
    ///
    /// Where an atomic is one operation, what is ordered after its read is ordered after its write.
    pub(super) fn follow_own_atomic(&mut self, thread: ThreadId, view: View) -> View {
        if !self.rules.atomic_is_one || !self.tracks(thread) {
            return view;
        }
        let state = self.thread_mut(thread);
        state.reads = state.reads.join(state.writes);
        view.join(state.writes)
    }

    /// Whether the thread, after `view`, reads this value at some place where it reads something stale,
    /// as an aligned value of `size` bytes. For sizes that are not known here: yes.
    pub(super) fn may_read_stale(
        &self,
        thread: ThreadId,
        view: View,
        value: u64,
        size: u8,
    ) -> bool {
        let state = self.thread(thread);
        let length = usize::from(size);
        if !matches!(size, 1 | 2 | 4 | 8) {
            return true;
        }
        let wanted = &value.to_le_bytes()[..length];
        let block = u64::from(size).max(GRANULE as u64);
        state.stale.blocks(block).into_iter().any(|start| {
            let mut there = [0; 8];
            let there = &mut there[..block as usize];
            self.read_after(thread, view, start, there);
            there.chunks(length).any(|value| value == wanted)
        })
    }

    /// Those of the thread's pending atomics that are `wanted` become visible, and what must before
    /// them.
    pub(super) fn commit_atomics(
        &mut self,
        thread: ThreadId,
        wanted: impl Fn(&Pending) -> bool,
        driver: &mut dyn Driver,
    ) {
        if self.pending_atomics == Some(thread) {
            let wanted = |entry: &Pending| entry.atomic && wanted(entry);
            let set = self.buffer(thread).up_to(self.rules.stores, wanted);
            self.commit_set(thread, set, driver);
        }
    }

    /// As [`Machine::commit_atomics`], of the thread that has some, if it is not this one.
    pub(super) fn commit_atomics_of_others(
        &mut self,
        thread: ThreadId,
        wanted: impl Fn(&Pending) -> bool,
        driver: &mut dyn Driver,
    ) {
        if let Some(other) = self.pending_atomics
            && other != thread
        {
            self.commit_atomics(other, wanted, driver);
        }
    }

    /// The thread is about to make an atomic access: what others' atomics have pending becomes
    /// visible, because it may be to the same location.
    pub fn begin_atomic(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        if self.pending_atomics.is_some_and(|other| other != thread) {
            self.commit_atomics_of_others(thread, |_| true, driver);
            // It may not have seen these writes yet; its access must.
            self.expect(thread, View::ALL, driver);
        }
    }

    /// The thread has loaded from its own pending atomic. Where the architecture does not forward that
    /// write, it is visible before the load.
    pub(super) fn loads_own_atomic(
        &mut self,
        thread: ThreadId,
        addr: u64,
        len: usize,
        driver: &mut dyn Driver,
    ) {
        if !self.rules.atomics_forward {
            self.commit_atomics(thread, |entry| entry.overlaps(addr, len), driver);
        }
    }

    /// One of the thread's pending stores is gone.
    pub(super) fn note_pending_atomics(&mut self, thread: ThreadId) {
        let some = || self.buffer(thread).entries().iter().any(|it| it.atomic);
        if self.pending_atomics == Some(thread) && !some() {
            self.pending_atomics = None;
        }
    }
}
