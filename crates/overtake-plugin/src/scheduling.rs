//! The engine as the state of a token: [`Schedule`] for [`Engine`].

use crate::engine::{Engine, Next};
use crate::finish;
use crate::host_thread::HostThread;
use crate::token::{Schedule, Wrote};
use weakmem::ThreadId;

impl Schedule for Engine {
    type Host = HostThread;

    fn first_thread(&mut self) -> ThreadId {
        self.add_thread()
    }

    fn choose(&mut self, parked: &[ThreadId]) -> ThreadId {
        Self::choose(self, parked)
    }

    fn switch_to(&mut self, next: ThreadId, wrote: &[(ThreadId, Wrote)], may_write: bool) {
        if Self::switch_to(self, next, wrote, may_write) == Next::Unexplained {
            finish::unexplained(self);
        }
    }

    fn thread_ended(&mut self, thread: ThreadId) {
        Self::thread_ended(self, thread);
    }

    fn count_unsettled(&mut self) {
        Self::count_unsettled(self);
    }

    fn now(&self) -> u64 {
        Self::now(self)
    }

    fn advance_to(&mut self, time: u64) {
        Self::advance_to(self, time);
    }

    fn only_time_helps(&self, runnable: usize) -> bool {
        Self::only_time_helps(self, runnable)
    }
}
