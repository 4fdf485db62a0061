//! The token's interface to the threads of the host.

/// The state of a host thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It no longer exists.
    Gone,
    /// It runs, will run as soon as it gets a core, or waits for the disk.
    Runs,
    /// It sleeps until another thread wakes it.
    Sleeps,
}

/// A host thread, as the kernel sees it.
pub trait Host {
    /// Returns the calling thread.
    fn current() -> Self;

    /// Whether it is the calling thread.
    fn is_current(&self) -> bool;

    /// Returns the thread's state.
    ///
    /// This is a full barrier of both threads: if the answer is [`Doing::Sleeps`], the thread sees
    /// all that the caller wrote before the call as soon as it is awake, and the caller sees all
    /// that the thread wrote before it fell asleep. (The kernel has full barriers where a thread
    /// falls asleep and where it is woken; the caller must issue its own.)
    fn doing(&self) -> Doing;

    /// Returns the states of several threads, as [`Host::doing`] does for one.
    fn doing_of(threads: &[&Self]) -> Vec<Doing>
    where
        Self: Sized,
    {
        threads.iter().map(|thread| thread.doing()).collect()
    }

    /// Whether it waits on a POSIX condition variable, which in QEMU means that it waits for (or
    /// during) an exclusive section. `None` if the kernel does not tell.
    fn waits_on_condition(&self) -> Option<bool>;

    /// Whether it has used no processor time for a while. Asked if [`Host::waits_on_condition`] does
    /// not tell.
    fn idles(&self) -> bool {
        false
    }

    /// Ends the system call in which the thread sleeps, as if its time-out had come. Does nothing if
    /// the thread sleeps in no such call.
    fn interrupt(&self);

    /// Notes that the calling thread has acquired the token.
    fn on_acquired();

    /// Notes that this thread, which sleeps, is about to be woken with the token.
    fn on_granted(&self);
}
