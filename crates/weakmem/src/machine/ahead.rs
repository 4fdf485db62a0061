//! Looking ahead: what a thread will store whatever others do.

use super::Machine;
use crate::ahead::{Ahead, LookAhead};
use crate::buffer::StoreBuffer;
use crate::driver::Driver;
use crate::ids::ThreadId;
use crate::promise::EarlyStore;
use crate::thread::Thread;

impl Machine {
    /// The thread looks ahead from here on: it runs alone, in a copy that will be dropped, and views are sets of
    /// its loads of shared memory. Its stores are noted ([`Machine::ahead`]).
    ///
    /// End it where the thread makes a system call, or an access to memory that the model does not hold.
    pub fn look_ahead(&mut self, thread: ThreadId, driver: &mut dyn Driver) {
        // As its promises do ([`Promise::behind`]).
        self.drain(thread, driver);
        let state = self.thread_mut(thread);
        state.ahead = Some(Box::new(LookAhead::new(state.stores, &state.stale)));
    }

    /// A machine in which the thread looks ahead ([`Machine::look_ahead`]), and which holds no memory: what the
    /// thread loads is elsewhere. All its accesses count as accesses of shared memory, if they are not said to be
    /// private.
    #[must_use]
    pub fn looking_ahead(&self, thread: ThreadId) -> Machine {
        let mut threads = vec![Thread::default(); thread as usize];
        let state = self.thread(thread);
        threads.push(Thread {
            buffer: StoreBuffer::default(),
            ahead: Some(Box::new(LookAhead::new(state.stores, &state.stale))),
            ..state.clone()
        });
        Machine {
            threads,
            clock: self.clock,
            ..Machine::new(self.rules)
        }
    }

    /// The stores that a thread that looks ahead has made, as far as they may be early. Each may be promised at
    /// its first place ([`Ahead::after`]), in the machine that was copied, or a later one
    /// ([`Machine::ahead_together`]), and the promise is kept whatever the other threads do.
    pub fn ahead(&self, thread: ThreadId) -> Vec<Ahead> {
        let ahead = self.thread(thread).ahead.as_ref();
        ahead.map_or_else(Vec::new, |ahead| ahead.found())
    }

    /// Some of [`Machine::ahead`], by index, and those that they need, as they are promised at one place: after
    /// so many loads of shared memory. None if one of them cannot be promised there.
    pub fn ahead_together(
        &self,
        thread: ThreadId,
        wanted: &[usize],
        place: u64,
    ) -> Option<Vec<EarlyStore>> {
        let ahead = self.thread(thread).ahead.as_ref()?;
        ahead.together(&ahead.found(), wanted, place)
    }

    /// What the next load of a thread that looks ahead reads has become visible since it does: a store that is
    /// promised where it started to cannot depend on that.
    pub fn written_since(&mut self, thread: ThreadId) {
        if let Some(ahead) = &mut self.thread_mut(thread).ahead {
            ahead.written_since = true;
        }
    }

    /// Whether a thread that looks ahead has made as many stores, or loads of shared memory, as it may.
    pub fn ahead_is_full(&self, thread: ThreadId) -> bool {
        let ahead = self.thread(thread).ahead.as_ref();
        ahead.is_none_or(|ahead| ahead.is_full())
    }

    /// How many loads of shared memory a thread that looks ahead has made.
    pub fn loads_ahead(&self, thread: ThreadId) -> u64 {
        let ahead = self.thread(thread).ahead.as_ref();
        ahead.map_or(0, |ahead| ahead.loads())
    }
}
