//! Accesses to memory by the kernel.

use super::Engine;
use crate::fast;
use crate::translate;
use crate::views::{self, Guest};
use weakmem::ThreadId;

impl Engine {
    /// Executes a full barrier in every thread (`membarrier`).
    pub fn full_barrier_everywhere(&mut self) {
        self.drain_everyone();
        let mut guest = Guest(&mut self.run);
        for thread in 0..self.threads.len() {
            self.machine.synchronise(thread as ThreadId, &mut guest);
        }
    }

    /// Commits all stores of all threads, because something outside the model may read them.
    pub fn drain_everyone(&mut self) {
        let mut guest = Guest(&mut self.run);
        for thread in 0..self.threads.len() {
            self.machine.drain(thread as ThreadId, &mut guest);
        }
    }

    /// Begins a system call of the running thread, which is a full barrier.
    ///
    /// Until [`Engine::call_is_over`] the thread sees all committed writes, because the kernel may
    /// read and write its memory.
    pub fn call_begins(&mut self) {
        self.note_block();
        self.finish_half();
        let mut guest = Guest(&mut self.run);
        self.machine.synchronise(self.current, &mut guest);
        self.machine.allow_stale(self.current, false);
    }

    /// Ends a system call of the running thread.
    pub fn call_is_over(&mut self) {
        self.machine.allow_stale(self.current, true);
        self.machine.set_up_to_date(false);
    }

    /// Copies into the image what was written without the model's knowledge.
    pub fn resynchronise(&mut self) {
        let mut guest = Guest(&mut self.run);
        views::resynchronise(&mut self.machine, Some(self.current), &mut guest);
    }

    /// Adds the address of a function that handles signals of the guest.
    pub fn add_handler(&mut self, address: u64) {
        if !self.handlers.contains(&address) {
            self.handlers.push(address);
            fast::add_handler(translate::bit(address));
        }
    }
}
