//! What the machine keeps for each thread.

use crate::ahead::LookAhead;
use crate::buffer::StoreBuffer;
use crate::forward::Forwards;
use crate::late::Cumulative;
use crate::promise::Promised;
use crate::reservation::Reservation;
use crate::stale::Stale;
use crate::view::View;

/// A thread's store buffer, the writes that it has not seen, and its views.
///
/// The views matter only for writes that the thread has not seen: all are kept only while there
/// are some ([`Thread::tracks`]), because what was read before a write became visible is never
/// ordered after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Thread {
    pub buffer: StoreBuffer,
    /// Stores that it has made.
    pub stores: u64,
    pub reservation: Option<Reservation>,
    /// Writes that it has not seen.
    pub stale: Stale,
    /// New writes may stay unseen by it.
    pub may_read_stale: bool,
    /// The view of its next access, which sees the writes in it for now.
    pub next: View,
    /// What all its later loads are ordered after.
    pub floor: View,
    /// What its loads so far are ordered after.
    pub reads: View,
    /// Its newest visible store.
    pub writes: View,
    /// Its newest visible release store.
    pub releases: View,
    /// What a context synchronisation is ordered after: what its branches depend on.
    pub control: View,
    /// What the addresses of its accesses depend on.
    pub addresses: View,
    /// The view of its load-reserved.
    pub reserved: View,
    pub forwards: Forwards,
    /// What it orders of writes that have not arrived everywhere.
    pub cumulative: Cumulative,
    /// Stores that are visible and that it has not made.
    pub promises: Vec<Promised>,
    /// What all its later stores are ordered after. Of use only while there are promises.
    pub store_floor: View,
    /// Where its newest store to memory that no other thread uses yet stands among all writes. Who comes to use it,
    /// having seen a later store of the thread, must see that one too. Kept as `store_floor` is.
    pub private_writes: View,
    /// Stores that it has made while it kept them ([`Thread::keeps_stores`]), those to its own memory too.
    pub made: u64,
    /// The granules of its own pages that it has stored to since it has promises.
    pub own_stores: Vec<u64>,
    /// What the data of its next store depends on by pick.
    pub data_picked: View,
    /// It looks ahead.
    pub ahead: Option<Box<LookAhead>>,
}

impl Thread {
    /// Whether the views of its accesses matter. For writes that have not arrived they do not.
    pub fn tracks(&self) -> bool {
        !self.stale.has_seen_all() || self.ahead.is_some()
    }

    /// Whether it matters what its stores are ordered after: some may be, or be made, early.
    pub fn keeps_stores(&self) -> bool {
        !self.promises.is_empty() || self.ahead.is_some()
    }

    /// What it keeps of the view of an access: nothing, if that says no more than what is said of all its
    /// loads, or includes no unseen write, and so never will: later writes have later timestamps. A promise
    /// asks more: its floor need not hold for stores.
    pub fn beyond_floor(&self, view: View) -> View {
        if self.keeps_stores() {
            view
        } else {
            view.beyond(self.floor.join(self.stale.seen()))
        }
    }

    /// Drops what is kept for unseen writes, once there are none.
    pub fn settle(&mut self) {
        if !self.tracks() {
            self.forwards.clear();
            self.next = View::NONE;
        }
        if self.stale.has_seen_all() {
            self.cumulative.settle();
        }
    }
}
