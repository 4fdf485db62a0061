//! What the kernel has written during calls that are full barriers, and for threads that end.

use super::Engine;
use crate::pages;
use crate::syscall_writes::Writes;
use crate::token::Wrote;
use crate::views::{self, Guest};
use std::ops::Range;
use weakmem::ThreadId;

impl Engine {
    /// Notes where the kernel may write during the call that the running thread begins.
    pub fn expect_writes(&mut self, writes: Writes) {
        self.threads[self.current as usize].writes = writes;
    }

    /// Notes which system call the running thread is in, if in one.
    pub fn in_call(&mut self, name: Option<&'static str>) {
        self.threads[self.current as usize].call = name;
    }

    /// Where the kernel may write, or has written, during this thread's last call.
    fn writes_of(&self, thread: ThreadId) -> Vec<Range<u64>> {
        let writes = &self.threads[thread as usize].writes;
        writes.ranges(self.address_mask)
    }

    /// Copies into the image what the running thread's call has written.
    pub fn take_over_writes(&mut self) {
        let addresses = self.writes_of(self.current);
        self.resynchronise_these(&addresses);
    }

    /// Copies into the image what was written, nobody knows where, without the model's knowledge.
    pub fn resynchronise(&mut self) {
        self.resynchronise_these(&[views::EVERYWHERE]);
    }

    fn resynchronise_these(&mut self, addresses: &[Range<u64>]) {
        let (running, guest) = (Some(self.current), &mut Guest(&mut self.run));
        views::resynchronise(&mut self.machine, running, addresses, guest);
        self.quiet_since = self.machine.now();
    }

    /// Notes that the running thread's call may have written memory, and that no callback tells
    /// where. What it wrote before the first `clone` is looked at then.
    pub fn call_may_write(&mut self) {
        if self.no_choice_made() {
            return;
        }
        for Range { start, end } in self.writes_of(self.current) {
            if start < end {
                let end = pages::number(end - 1).saturating_add(1);
                self.untouched.forget(pages::number(start)..end);
            }
        }
    }

    /// Notes which word the kernel clears when a thread ends.
    pub fn clears_at_end(&mut self, thread: ThreadId, word: u64) {
        let word = Writes::Within(vec![(word, 4)]);
        self.threads[thread as usize].cleared = word;
    }

    /// Notes that the kernel has cleared the word of a thread that has ended, and woken those that
    /// wait on it.
    pub(super) fn word_was_cleared(&mut self, thread: ThreadId) {
        let cleared = &self.threads[thread as usize].cleared;
        self.cleared.extend(cleared.ranges(self.address_mask));
    }

    /// Returns where the kernel has written for these threads, and for those that have ended.
    pub(super) fn written_for(&mut self, threads: &[(ThreadId, Wrote)]) -> Vec<Range<u64>> {
        let mut addresses = std::mem::take(&mut self.cleared);
        for (thread, wrote) in threads {
            match wrote {
                Wrote::Nothing => {}
                Wrote::ItsCall => addresses.extend(self.writes_of(*thread)),
                Wrote::Anything => addresses.push(views::EVERYWHERE),
            }
        }
        if addresses.contains(&views::EVERYWHERE) {
            addresses = vec![views::EVERYWHERE];
        }
        addresses
    }
}
