//! Fences, acquires and dependencies: what makes a thread see the newest writes.

use super::{Machine, overlay, patch_difference};
use crate::driver::Driver;
use crate::ids::ThreadId;
use crate::view::View;
use arch::Pairs;

impl Machine {
    /// A fence of the thread.
    pub fn fence(&mut self, thread: ThreadId, fence: Pairs, driver: &mut dyn Driver) {
        if fence.wr {
            // A later load runs at once, so every earlier store must be visible now.
            self.drain(thread, driver);
        } else if fence.ww {
            self.thread_mut(thread).buffer.fence();
        }
        self.fence_is_cumulative(thread, fence, driver);
        let state = self.thread_mut(thread);
        // A store is made after every earlier load is done, and pending stores have their epoch: this is for
        // stores that were promised before.
        if fence.rw {
            state.store_floor = state.store_floor.join(state.reads);
        }
        if fence.ww {
            let writes = state.writes.join(state.private_writes);
            state.store_floor = state.store_floor.join(writes);
        }
        // Of `wr`: what depends on a later load is ordered after the earlier stores.
        if (fence.ww || fence.wr)
            && let Some(ahead) = &mut state.ahead
        {
            ahead.fenced();
        }
        if fence.wr
            && !self.rules.multi_copy_atomic
            && let Some(ahead) = &mut self.thread_mut(thread).ahead
        {
            // It waits for what arrives at the thread until then.
            ahead.ends();
        }
        let state = self.thread_mut(thread);
        let mut after = View::NONE;
        if fence.rr {
            after = after.join(state.reads);
        }
        if fence.wr {
            after = after.join(state.writes).join(state.cumulative.propagated);
            // Nor is a store that was promised before that.
            state.store_floor = state.store_floor.join(state.cumulative.propagated);
        }
        self.raise(thread, after, driver);
    }

    /// Before an RCsc acquire of the thread (ldar, ldaxr, .aq): it waits for the thread's own
    /// earlier release stores (Arm ARM B2.3.3 "a Load-Acquire is ordered after an earlier
    /// Store-Release"; RVWMO rule 7). Returns what the acquire is ordered after.
    pub fn acquire_rcsc(&mut self, thread: ThreadId, driver: &mut dyn Driver) -> View {
        let buffer = &self.thread(thread).buffer;
        let set = buffer.up_to(self.rules.stores, |entry| entry.release);
        self.commit_set(thread, set, driver);
        let state = self.thread_mut(thread);
        if set != 0
            && let Some(ahead) = &mut state.ahead
        {
            // As after a fence.
            ahead.fenced();
        }
        state.releases
    }

    /// An acquire of the thread has this view: all that follows is ordered after it. `atomic`: it
    /// wrote too.
    pub fn acquired(
        &mut self,
        thread: ThreadId,
        view: View,
        atomic: bool,
        driver: &mut dyn Driver,
    ) {
        let view = if atomic && self.rules.acquire_includes_write {
            view.join(self.thread(thread).writes)
        } else {
            view
        };
        self.raise_all(thread, view, driver);
    }

    /// A branch of the thread depends on values of this view.
    pub fn branch(&mut self, thread: ThreadId, view: View) {
        let state = self.thread_mut(thread);
        state.control = state.control.join(view).join(state.addresses);
    }

    /// The address of an access of the thread depends by pick on values of this view (Armv8's pick
    /// address dependency). This orders the access itself no more than without, but what a context
    /// synchronisation after it orders.
    pub fn address_picked(&mut self, thread: ThreadId, view: View) {
        let state = self.thread_mut(thread);
        state.addresses = state.addresses.join(view);
    }

    /// A context synchronisation (`isb`, `isync`): later loads are ordered after what the branches
    /// before it, and the addresses of the accesses before them, depend on.
    pub fn context_sync(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        let state = self.thread(thread);
        let mut after = state.control;
        if self.rules.sync_includes_addresses {
            after = after.join(state.addresses);
        }
        self.raise(thread, after, driver);
    }

    /// All that the thread does from here on is ordered after all that is visible, its own stores
    /// included.
    pub fn synchronise(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        self.drain(thread, driver);
        self.propagate(thread, driver);
        self.see_everything(thread, driver);
    }

    /// All that the thread reads from here on is ordered after all that is visible.
    pub fn see_everything(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        if let Some(ahead) = &mut self.thread_mut(thread).ahead {
            ahead.ends();
        }
        self.await_arrivals(thread, driver);
        self.raise_all(thread, self.now(), driver);
    }

    /// The thread's next access must see the writes in `view`, and sees them until the next call.
    pub fn expect(&mut self, thread: ThreadId, view: View, driver: &mut dyn Driver) {
        let state = self.thread_mut(thread);
        if !state.tracks() {
            return;
        }
        if state.next == view {
            return;
        }
        if self.shown == Some(thread) {
            self.show(thread, view, driver);
        }
        self.thread_mut(thread).next = view;
    }

    /// All that the thread does from here on is ordered after `view`.
    fn raise_all(&mut self, thread: ThreadId, view: View, driver: &mut dyn Driver) {
        let state = self.thread_mut(thread);
        state.store_floor = state.store_floor.join(view);
        self.raise(thread, view, driver);
    }

    /// All that the thread loads from here on is ordered after `view`.
    fn raise(&mut self, thread: ThreadId, view: View, driver: &mut dyn Driver) {
        let state = self.thread_mut(thread);
        state.floor = state.floor.join(view);
        if !state.tracks() {
            return;
        }
        if self.shown == Some(thread) {
            let view = view.join(self.thread(thread).next);
            self.show(thread, view, driver);
        }
        let state = self.thread_mut(thread);
        state.stale.see_all(view);
        state.settle();
    }

    /// Makes memory what the thread, which is shown, sees after `view`. Only bytes that change are
    /// written: others may have been written since, by somebody whom the machine does not know of yet.
    fn show(&self, thread: ThreadId, view: View, driver: &mut dyn Driver) {
        let state = self.thread(thread);
        let (less, more) = (state.next.min(view), state.next.max(view));
        for (granule, less, more) in state.stale.changes(less, more) {
            let Some(present) = self.image.granule(granule) else {
                continue;
            };
            let more = more.unwrap_or(&present);
            let (before, now) = if state.next < view {
                (less, more)
            } else {
                (more, less)
            };
            let (mut before, mut now) = (before.bytes, now.bytes);
            for entry in state.buffer.entries() {
                overlay(granule, &mut before, entry.addr, entry.bytes());
                overlay(granule, &mut now, entry.addr, entry.bytes());
            }
            patch_difference(granule, &before, &now, driver);
        }
    }
}
