//! What the machine asks of whoever drives it.

use crate::ids::{StoreId, ThreadId};
use crate::view::Timestamp;

/// Makes the choices that arise within a step, and keeps memory as the running thread sees it.
pub trait Driver {
    /// A write has become visible: for how many rounds of [`crate::Machine::next_round`] may
    /// `observer` read without seeing it? 0: it sees it at once. At most
    /// [`crate::LONGEST_DELAY`] count.
    fn read_delay(&mut self, store: StoreId, observer: ThreadId) -> u64;

    /// A write is committed, on an architecture that is not multi-copy atomic: for how many rounds has it not
    /// arrived at `observer`? 0: it arrives at once. At most [`crate::LONGEST_DELAY`] count.
    fn arrival_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        let _ = (store, observer);
        0
    }

    /// A late write arrives at `observer`: as [`Driver::read_delay`].
    fn read_delay_of_late(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        self.read_delay(store, observer)
    }

    /// A store has become visible, as the write of this timestamp.
    fn visible(&mut self, store: StoreId, write: Timestamp) {
        let _ = (store, write);
    }

    /// What is to be in memory at `addr` has changed: it shows the view of the thread that was
    /// entered, or the committed contents if there is none.
    fn patch(&mut self, addr: u64, bytes: &[u8]);
}
