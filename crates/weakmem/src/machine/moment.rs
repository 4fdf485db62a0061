//! Single-copy atomicity: an access that is one access observes one moment of all of its bytes.

use super::Machine;
use crate::driver::Driver;
use crate::ids::ThreadId;
use crate::image::{GRANULE, granules};
use crate::view::View;

impl Machine {
    /// The thread's next access is single-copy atomic in aligned blocks of `size` bytes (a power of
    /// two). Where the thread sees a write to a part of such a block, it comes to see all older
    /// writes to the rest of it.
    ///
    /// That is all that an address which is not known yet lets one say. It is stronger than
    /// need be: the access may be elsewhere.
    pub fn see_one_moment(&mut self, thread: ThreadId, size: u64, driver: &mut dyn Driver) {
        let state = self.thread(thread);
        if size <= GRANULE as u64 || !state.tracks() || state.stale.even() >= size {
            return;
        }
        let stale = &state.stale;
        let mut late = Vec::new();
        for block in stale.blocks(size) {
            let seen = |granule: u64| match stale.contents(granule, View::NONE) {
                Some(contents) => contents.written,
                None => self
                    .arrived_at(thread, granule)
                    .map_or(0, |newest| newest.written),
            };
            let moment = granules(block, size as usize).map(seen).max();
            let moment = View::at(moment.unwrap_or_default());
            for granule in granules(block, size as usize) {
                let unseen = stale.oldest_unseen(granule, View::NONE);
                if unseen.is_some_and(|write| moment.includes(write)) {
                    late.push((granule, moment));
                }
            }
        }
        let before = if self.shown == Some(thread) {
            self.in_memory(late.iter().map(|(granule, _)| *granule))
        } else {
            Vec::new()
        };
        let state = self.thread_mut(thread);
        for (granule, moment) in late {
            state.stale.see(granule, moment);
        }
        state.stale.set_even(size);
        state.settle();
        self.bring_up_to_date(&before, driver);
    }
}
