//! The token's interface to the state that it owns.

use super::host::Host;
use super::slot::Wrote;
use weakmem::ThreadId;

/// A state that chooses the next holder and switches to it.
///
/// The token calls these methods with exclusive access to the state, while no thread holds the
/// token.
pub trait Schedule {
    /// The type of the host's threads.
    type Host: Host;

    /// Adds the first thread. Called once, before any other method.
    fn first_thread(&mut self) -> ThreadId;

    /// Chooses the next holder among these threads, which are sorted; there is at least one.
    fn choose(&mut self, parked: &[ThreadId]) -> ThreadId;

    /// Makes `next` the running thread.
    ///
    /// `wrote`: the threads that have returned from a system call, and for which the kernel has
    /// written memory.
    /// `may_write`: the kernel may be writing memory now.
    fn switch_to(&mut self, next: ThreadId, wrote: &[(ThreadId, Wrote)], may_write: bool);

    /// Notes that the host thread of an ending guest thread is gone.
    fn thread_ended(&mut self, thread: ThreadId);

    /// Returns the schedule's time, in nanoseconds.
    fn now(&self) -> u64;

    /// Lets the schedule's time advance to this one, if that is later.
    fn advance_to(&mut self, time: u64);

    /// Whether so many threads that can run wait, by spinning or yielding, for what only the others
    /// may do.
    fn only_time_helps(&self, runnable: usize) -> bool;

    /// Counts a choice that depends on the host's clock.
    fn count_unsettled(&mut self);
}
