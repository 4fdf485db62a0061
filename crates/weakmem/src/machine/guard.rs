//! What stays for a thread what it is while it has open promises.

use super::{Machine, overlay};
use crate::driver::Driver;
use crate::ids::ThreadId;
use crate::image::granules;
use crate::promise::Promised;

/// Of 128, so many are for what comes in one turn of another thread.
const ROOM: usize = 64;

impl Machine {
    /// The granules of which the thread may see more once this promise is kept; each once.
    pub(super) fn held_for(
        &self,
        thread: ThreadId,
        promised: &Promised,
    ) -> impl Iterator<Item = u64> + use<> {
        let stale = &self.thread(thread).stale;
        let mut held: Vec<u64> = promised.granules().collect();
        held.extend(promised.guards.granules());
        for page in promised.guards.pages() {
            held.extend(stale.held_in(page));
        }
        held.sort_unstable();
        held.dedup();
        held.into_iter()
    }

    /// Whether a thread soon has no room for more that must be kept from it: then it must keep its promises.
    pub fn guards_much(&self) -> bool {
        let mut threads = self.threads.iter();
        threads.any(|it| !it.promises.is_empty() && it.stale.room() < ROOM)
    }

    /// A page was the thread's own, and has just become shared by another thread's store to `addr`, where `before`
    /// was. If the thread guards that page ([`crate::Promise::guards`]), it still reads that there.
    pub fn hide_store(
        &mut self,
        thread: ThreadId,
        addr: u64,
        before: &[u8],
        driver: &mut dyn Driver,
    ) {
        let here = || granules(addr, before.len());
        let state = self.thread(thread);
        // What it has stored there itself since is not known any more.
        if here().any(|it| !state.stale.is_held(it) || state.own_stores.contains(&it)) {
            return;
        }
        self.make_room(thread, here().count(), driver);
        self.clock += 1;
        let write = self.clock;
        for granule in here() {
            if let Some(now) = self.image.granule(granule) {
                let mut old = now;
                overlay(granule, &mut old.bytes, addr, before);
                let due = self.round;
                self.thread_mut(thread).stale.push(granule, write, old, due);
                self.image.write(granule, &now.bytes, write);
            }
        }
    }
}
