//! Writes that have not arrived at every thread (Power).
//!
//! Where memory is not multi-copy atomic, a write has its place in coherence order once it is committed, and
//! then *arrives* at each other thread: at one before it does at another. (Power ISA Book II 1.7.1: a store is
//! "performed with respect to" a processor; Sarkar, Sewell, Alglave, Maranget, Williams, "Understanding POWER
//! Multiprocessors", PLDI 2011: it "propagates to" a thread.) Until then the thread does not see the write,
//! whatever it is ordered after. All views of a thread are in the time of arrivals at that thread.
//!
//! What is kept here is empty while every write has arrived everywhere.

use crate::ids::{StoreId, ThreadId};
use crate::image::granules;
use crate::view::{Timestamp, View};

/// A committed write that has not arrived at every thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Late {
    pub store: StoreId,
    /// When it was committed.
    pub write: Timestamp,
    pub addr: u64,
    pub len: usize,
    /// It is the write of an atomic or of a store-conditional.
    pub atomic: bool,
    /// The threads at which it has not arrived.
    pub missing: Vec<ThreadId>,
    /// The threads at which it never will: a later write to the same bytes is there before it.
    pub skipped: Vec<ThreadId>,
    /// The late writes that arrive before it at each thread (cumulativity).
    pub before: Vec<Timestamp>,
    /// The late writes that are before it in `co | prop`.
    pub earlier: Vec<Timestamp>,
    /// [`Cumulative::earlier`] of its thread when it was committed.
    pub fenced: Vec<Timestamp>,
}

/// Adds those that are not there.
pub(crate) fn add(writes: &mut Vec<Timestamp>, more: &[Timestamp]) {
    for write in more {
        if let Err(at) = writes.binary_search(write) {
            writes.insert(at, *write);
        }
    }
}

impl Late {
    pub fn is_missing_at(&self, thread: ThreadId) -> bool {
        self.missing.contains(&thread)
    }

    /// Whether it has arrived at the thread, or is the thread's own.
    pub fn has_arrived_at(&self, thread: ThreadId) -> bool {
        !self.is_missing_at(thread) && !self.skipped.contains(&thread)
    }

    /// Whether some granule is its own and these bytes'.
    pub fn meets(&self, addr: u64, len: usize) -> bool {
        let mut its = granules(self.addr, self.len);
        its.any(|one| granules(addr, len).any(|other| one == other))
    }

    /// Whether all of its bytes are among these.
    pub fn is_within(&self, addr: u64, len: usize) -> bool {
        addr <= self.addr && self.addr + self.len as u64 <= addr + len as u64
    }
}

/// A late write that some later stores of a thread follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Followed {
    write: Timestamp,
    /// Those of this epoch of the store buffer and later ones.
    epoch: u64,
    /// And of this number and later ones.
    number: u64,
}

/// What a thread's stores and fences order of writes that are late: cumulativity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cumulative {
    follows: Vec<Followed>,
    /// The last arrival anywhere of a write that had arrived at this thread before. `sync` waits for it.
    pub propagated: View,
    /// The late writes that are before its later stores in `co | prop` by way of writes that are no longer late.
    pub earlier: Vec<Timestamp>,
    /// Where a write arrived late and is the newest: granule, commit, arrival.
    arrivals: Vec<(u64, Timestamp, Timestamp)>,
}

impl Cumulative {
    /// The stores of this epoch and number, and later ones, follow a write.
    pub fn follow(&mut self, write: Timestamp, epoch: u64, number: u64) {
        let followed = Followed {
            write,
            epoch,
            number,
        };
        if !self.follows.contains(&followed) {
            self.follows.push(followed);
        }
    }

    /// The writes that a store of this epoch and number follows.
    pub fn followed(&self, epoch: u64, number: u64) -> Vec<Timestamp> {
        let follows = self.follows.iter();
        let follows = follows.filter(|it| it.epoch <= epoch && it.number <= number);
        let mut writes: Vec<Timestamp> = follows.map(|it| it.write).collect();
        writes.sort_unstable();
        writes.dedup();
        writes
    }

    /// This write is no longer late.
    pub fn forget(&mut self, write: Timestamp) {
        self.follows.retain(|it| it.write != write);
        self.earlier.retain(|it| *it != write);
    }

    /// The write of this time, the newest to the granule, has arrived now.
    pub fn arrived(&mut self, granule: u64, write: Timestamp, now: Timestamp) {
        self.arrivals.retain(|it| it.0 != granule);
        self.arrivals.push((granule, write, now));
    }

    /// When the newest write to the granule arrived, which was committed then.
    #[inline]
    pub fn arrival(&self, granule: u64, write: Timestamp) -> Timestamp {
        if self.arrivals.is_empty() {
            return write;
        }
        let mut arrivals = self.arrivals.iter();
        let arrival = arrivals.find(|it| it.0 == granule && it.1 == write);
        arrival.map_or(write, |it| it.2)
    }

    /// No write is unseen by the thread: when others arrived says nothing.
    #[inline]
    pub fn settle(&mut self) {
        if !self.arrivals.is_empty() {
            self.arrivals.clear();
        }
    }
}
