//! What the token asks of the state that it owns.

use super::host::Host;
use weakmem::ThreadId;

/// Who runs next, and what a change of the holder does. All of it is called with exclusive access
/// to the state, while no thread holds the token.
pub trait Schedule {
    /// What tells how the host's threads do.
    type Host: Host;

    /// There is a first thread. Called once, before any other method.
    fn first_thread(&mut self) -> ThreadId;

    /// Who goes on, of these; they are sorted, and there is one at least.
    fn choose(&mut self, parked: &[ThreadId]) -> ThreadId;

    /// `next` runs from here on. `wrote`: the kernel has written memory for a thread that has come
    /// back; `may_write`: it may just be doing so.
    fn switch_to(&mut self, next: ThreadId, wrote: bool, may_write: bool);

    /// The host thread of a guest thread that was to end is gone.
    fn thread_ended(&mut self, thread: ThreadId);

    /// A choice was made that depends on the host's clock.
    fn count_unsettled(&mut self);
}
