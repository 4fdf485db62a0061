//! What the kernel may do to memory, and what it must see there.

use super::Engine;
use crate::fast;
use crate::translate;
use crate::views::{self, Guest};
use weakmem::ThreadId;

impl Engine {
    /// A full barrier of every thread (`membarrier`).
    pub fn full_barrier_everywhere(&mut self) {
        self.drain_everyone();
        let mut guest = Guest(&mut self.run);
        for thread in 0..self.threads.len() {
            self.machine.synchronise(thread as ThreadId, &mut guest);
        }
    }

    /// All stores of all threads become visible: something that the model does not see may look
    /// at them.
    pub fn drain_everyone(&mut self) {
        let mut guest = Guest(&mut self.run);
        for thread in 0..self.threads.len() {
            self.machine.drain(thread as ThreadId, &mut guest);
        }
    }

    /// The running thread makes a system call: a full barrier, and until it is over
    /// ([`Engine::call_is_over`]) it sees all that is visible, because the kernel may read and
    /// write its memory.
    pub fn call_begins(&mut self) {
        self.note_block();
        let mut guest = Guest(&mut self.run);
        self.machine.synchronise(self.current, &mut guest);
        self.machine.allow_stale(self.current, false);
    }

    /// The running thread is back from a system call.
    pub fn call_is_over(&mut self) {
        self.machine.allow_stale(self.current, true);
        self.machine.set_up_to_date(false);
    }

    /// Memory may have been written behind the model's back.
    pub fn resynchronise(&mut self) {
        let mut guest = Guest(&mut self.run);
        views::resynchronise(&mut self.machine, Some(self.current), &mut guest);
    }

    /// The guest handles a signal in the function at `address`.
    pub fn add_handler(&mut self, address: u64) {
        if !self.handlers.contains(&address) {
            self.handlers.push(address);
            fast::add_handler(translate::bit(address));
        }
    }
}
