//! Committed memory, the threads' store buffers, and what each access does to them.

use crate::buffer::StoreBuffer;
use crate::image::Image;
use crate::order::{Fence, StoreOrder};
use crate::reservation::Reservation;
use crate::strategy::LONGEST_LIFE;

/// A thread of the machine: 0, 1, … in order of creation, never used twice.
pub type ThreadId = u32;

/// What happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Loads.
    pub loads: u64,
    /// Stores, atomic ones included.
    pub stores: u64,
    /// Stores that became visible after a later store of the same thread.
    pub overtaken_by_store: u64,
    /// Stores that became visible after a later load (of another location) of the same thread.
    pub overtaken_by_load: u64,
}

/// A multi-copy-atomic machine with a store buffer for each thread.
#[derive(Debug, Clone)]
pub struct Machine {
    order: StoreOrder,
    image: Image,
    buffers: Vec<StoreBuffer>,
    reservations: Vec<Option<Reservation>>,
    /// Number of [`Machine::propagate`] calls, the unit of a store's life.
    round: u64,
    counters: Counters,
}

impl Machine {
    /// A machine without threads, with nothing in play.
    pub fn new(order: StoreOrder) -> Self {
        Self {
            order,
            image: Image::default(),
            buffers: Vec::new(),
            reservations: Vec::new(),
            round: 0,
            counters: Counters::default(),
        }
    }

    /// A new thread with an empty buffer.
    pub fn add_thread(&mut self) -> ThreadId {
        self.buffers.push(StoreBuffer::default());
        self.reservations.push(None);
        (self.buffers.len() - 1) as ThreadId
    }

    /// The committed memory.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// The committed memory, to be extended or brought up to date by what the model does not see
    /// (a system call's writes).
    pub fn image_mut(&mut self) -> &mut Image {
        &mut self.image
    }

    /// What happened so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The pending stores of a thread.
    pub fn buffer(&self, thread: ThreadId) -> &StoreBuffer {
        &self.buffers[thread as usize]
    }

    /// A store of `bytes`, at most [`crate::MAX_ACCESS`], at `addr`.
    ///
    /// `release`: ordered after all earlier accesses of the thread (stlr, a store with .rl).
    /// `life`: see [`crate::Strategy::life`].
    pub fn store(&mut self, thread: ThreadId, addr: u64, bytes: &[u8], release: bool, life: u64) {
        self.counters.stores += 1;
        if self.buffers[thread as usize].is_full() {
            self.commit(thread, 0);
        }
        self.buffers[thread as usize].push(
            addr,
            bytes,
            release,
            self.round + life.min(LONGEST_LIFE),
        );
    }

    /// A load of `len` bytes at `addr`. Its value is the committed one under the thread's own
    /// pending stores: [`Machine::read`].
    pub fn load(&mut self, thread: ThreadId, addr: u64, len: usize) {
        self.counters.loads += 1;
        let buffer = &mut self.buffers[thread as usize];
        if buffer.is_empty() || buffer.forwards(addr, len) {
            return;
        }
        for entry in buffer.entries_mut() {
            if !entry.overtaken_by_load {
                entry.overtaken_by_load = true;
                self.counters.overtaken_by_load += 1;
            }
        }
    }

    /// What the thread sees at `addr`.
    pub fn read(&self, thread: ThreadId, addr: u64, out: &mut [u8]) {
        self.image.read(addr, out);
        let end = addr + out.len() as u64;
        for entry in self.buffers[thread as usize].entries() {
            for (at, byte) in (entry.addr..).zip(entry.bytes()) {
                if (addr..end).contains(&at) {
                    out[(at - addr) as usize] = *byte;
                }
            }
        }
    }

    /// The write of an atomic read-modify-write or of a store-conditional, visible at once.
    ///
    /// It is a store too: it comes after the stores of the same location and after those that a
    /// fence, or its own `release`, orders before it. The read before it must have seen
    /// [`Machine::read`] with no other thread's access between.
    pub fn atomic(&mut self, thread: ThreadId, addr: u64, bytes: &[u8], release: bool) {
        self.counters.stores += 1;
        let buffer = &self.buffers[thread as usize];
        let before = buffer.before_atomic(self.order, addr, bytes.len(), release);
        self.commit_set(thread, before);
        self.image.write(addr, bytes);
        self.became_visible(thread, addr, bytes.len());
        for entry in self.buffers[thread as usize].entries_mut() {
            if !entry.overtaken_by_store {
                entry.overtaken_by_store = true;
                self.counters.overtaken_by_store += 1;
            }
        }
    }

    /// A load-reserved of the thread has loaded `bytes` at `addr`. `pair`: it may be the second
    /// half of one instruction's.
    pub fn reserve(&mut self, thread: ThreadId, addr: u64, bytes: &[u8], pair: bool) {
        let reservation = &mut self.reservations[thread as usize];
        if pair
            && reservation
                .as_mut()
                .is_some_and(|first| first.extend(addr, bytes))
        {
            return;
        }
        *reservation = Some(Reservation::new(addr, bytes));
    }

    /// The thread's reservation.
    pub fn reservation(&self, thread: ThreadId) -> Option<Reservation> {
        self.reservations[thread as usize]
    }

    /// The thread has made its store-conditional, whether or not it succeeded.
    pub fn end_reservation(&mut self, thread: ThreadId) {
        self.reservations[thread as usize] = None;
    }

    /// Ends all reservations in the bytes from `start` up to `end`: what happens to them from
    /// here on is not seen. The store-conditionals then are the emulator's alone.
    pub fn end_reservations(&mut self, start: u64, end: u64) {
        for reservation in &mut self.reservations {
            if reservation.is_some_and(|held| (start..end).contains(&held.addr())) {
                *reservation = None;
            }
        }
    }

    /// A store of `thread` has become visible: who else reserved these bytes has lost them.
    fn became_visible(&mut self, thread: ThreadId, addr: u64, len: usize) {
        for (other, reservation) in self.reservations.iter_mut().enumerate() {
            if let Some(reservation) = reservation
                && other != thread as usize
            {
                reservation.stored(addr, len as u64);
            }
        }
    }

    /// Who else reserved bytes of the page that starts at `page` has lost them: `thread` has
    /// stored there by other ways than [`Machine::store`].
    pub fn lose_reservations(&mut self, thread: ThreadId, page: u64) {
        self.became_visible(thread, page, crate::PAGE_SIZE);
    }

    /// A fence of the thread.
    pub fn fence(&mut self, thread: ThreadId, fence: Fence) {
        if fence.store_load {
            // A later load runs at once, so every earlier store must be visible now.
            self.drain(thread);
        } else if fence.store_store {
            self.buffers[thread as usize].fence();
        }
        // load_load and load_store hold by themselves: loads run in program order, and a store
        // is made after every earlier load is done.
    }

    /// An RCsc acquire of the thread (ldar, ldaxr, .aq): it waits for the thread's own earlier
    /// release stores (Arm ARM B2.3.3 "a Load-Acquire is ordered after an earlier Store-Release";
    /// RVWMO rule 7).
    pub fn acquire_rcsc(&mut self, thread: ThreadId) {
        let set = self.buffers[thread as usize].up_to_releases(self.order);
        self.commit_set(thread, set);
    }

    /// Makes all stores of the thread visible, in program order.
    pub fn drain(&mut self, thread: ThreadId) {
        while !self.buffers[thread as usize].is_empty() {
            self.commit(thread, 0);
        }
    }

    /// Makes all stores of all threads visible.
    pub fn drain_all(&mut self) {
        for thread in 0..self.buffers.len() {
            self.drain(thread as ThreadId);
        }
    }

    /// Whether the pending store `index` of the thread may become visible next.
    pub fn may_commit(&self, thread: ThreadId, index: usize) -> bool {
        index < self.buffers[thread as usize].len()
            && self.buffers[thread as usize].may_commit(self.order, index)
    }

    /// Makes the pending store `index` of the thread visible.
    ///
    /// # Panics
    ///
    /// If it may not commit next.
    pub fn commit(&mut self, thread: ThreadId, index: usize) {
        self.commit_to(thread, index, &mut |_, _| ());
    }

    /// As [`Machine::commit`], and tells `patch` what became visible.
    fn commit_to(&mut self, thread: ThreadId, index: usize, patch: &mut dyn FnMut(u64, &[u8])) {
        assert!(
            self.may_commit(thread, index),
            "store {index} of thread {thread} may not commit next"
        );
        let buffer = &mut self.buffers[thread as usize];
        let entry = buffer.remove(index);
        for earlier in &mut buffer.entries_mut()[..index] {
            if !earlier.overtaken_by_store {
                earlier.overtaken_by_store = true;
                self.counters.overtaken_by_store += 1;
            }
        }
        self.image.write(entry.addr, entry.bytes());
        self.became_visible(thread, entry.addr, entry.bytes().len());
        patch(entry.addr, entry.bytes());
    }

    /// Commits a set (a bit each) that holds the predecessors of its members, in program order.
    fn commit_set(&mut self, thread: ThreadId, mut set: u64) {
        let mut removed = 0;
        while set != 0 {
            let index = set.trailing_zeros();
            set &= set - 1;
            self.commit(thread, (index - removed) as usize);
            removed += 1;
        }
    }

    /// One round: the stores that are due become visible, unless one that is not must be first.
    /// Calls `patch(addr, bytes)` for each piece of the committed memory that changes, in the order
    /// of the changes.
    pub fn propagate(&mut self, mut patch: impl FnMut(u64, &[u8])) {
        for thread in 0..self.buffers.len() {
            let mut index = 0;
            while let Some(entry) = self.buffers[thread].entries().get(index) {
                if entry.due <= self.round && self.may_commit(thread as ThreadId, index) {
                    self.commit_to(thread as ThreadId, index, &mut patch);
                } else {
                    index += 1;
                }
            }
        }
        self.round += 1;
    }

    /// Calls `patch(addr, bytes)` for each piece of memory that must be written to turn the
    /// committed memory into what the thread sees.
    pub fn enter(&self, thread: ThreadId, mut patch: impl FnMut(u64, &[u8])) {
        for entry in self.buffers[thread as usize].entries() {
            patch(entry.addr, entry.bytes());
        }
    }

    /// Calls `patch(addr, bytes)` for each piece of memory that must be written to turn what the
    /// thread sees into the committed memory.
    pub fn leave(&self, thread: ThreadId, mut patch: impl FnMut(u64, &[u8])) {
        for entry in self.buffers[thread as usize].entries() {
            let mut committed = [0; crate::MAX_ACCESS];
            let committed = &mut committed[..entry.bytes().len()];
            if self.image.read(entry.addr, committed) {
                patch(entry.addr, committed);
            }
        }
    }
}
