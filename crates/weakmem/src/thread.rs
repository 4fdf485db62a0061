//! What the machine keeps for each thread.

use crate::buffer::StoreBuffer;
use crate::forward::Forwards;
use crate::reservation::Reservation;
use crate::stale::Stale;
use crate::view::View;

/// A thread's store buffer, its past, and what its accesses come after.
///
/// The views matter only for writes that the thread has not seen: all are kept only while there
/// are some ([`Thread::tracks`]), because what was read before a write became visible never comes
/// after it.
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
    /// What its next access comes after: earlier writes are in what it sees, for now.
    pub next: View,
    /// What all its later loads come after.
    pub floor: View,
    /// What its loads came after.
    pub reads: View,
    /// Its newest visible store.
    pub writes: View,
    /// Its newest visible release store.
    pub releases: View,
    /// What a context synchronisation comes after: what its branches came from.
    pub control: View,
    /// What the addresses of its accesses came from.
    pub addresses: View,
    /// What its load-reserved came after.
    pub reserved: View,
    pub forwards: Forwards,
}

impl Thread {
    /// Whether it matters what its accesses come after.
    pub fn tracks(&self) -> bool {
        !self.stale.is_empty()
    }

    /// Everything that is visible is seen: nothing that was kept matters any more.
    pub fn settle(&mut self) {
        if self.stale.is_empty() {
            self.forwards.clear();
            self.next = View::NONE;
        }
    }
}
