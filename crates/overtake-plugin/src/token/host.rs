//! What the token asks the host about its threads.

/// What a host thread is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It no longer exists.
    Gone,
    /// It runs, will run as soon as it gets a core, or waits for the disk.
    Runs,
    /// It sleeps until somebody wakes it.
    Sleeps,
}

/// A host thread, as the kernel sees it.
pub trait Host {
    /// The calling thread.
    fn current() -> Self;

    /// Whether it is the calling thread.
    fn is_current(&self) -> bool;

    /// What the thread is doing now.
    ///
    /// A full barrier of both threads: if the answer is [`Doing::Sleeps`], the thread sees all
    /// that the caller wrote before it asked as soon as it is awake, and the caller sees all that
    /// the thread wrote before it fell asleep. (The kernel has full barriers where a thread goes to
    /// sleep and where it is woken; the caller's own is up to the caller.)
    fn doing(&self) -> Doing;

    /// Whether it waits on a POSIX condition variable: within QEMU that is the wait for (or
    /// during) an exclusive section. `None` when the kernel does not tell.
    fn waits_on_condition(&self) -> Option<bool>;

    /// The calling thread has got the token.
    fn on_acquired();

    /// This thread, which sleeps, is about to be woken with the token.
    fn on_granted(&self);
}
