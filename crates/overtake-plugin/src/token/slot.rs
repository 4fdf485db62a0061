//! A guest thread, and its host thread in the kernel.

use super::host::{Doing, Host};
use super::sync::{self, Instant, Thread};
use weakmem::ThreadId;

/// The state of a guest thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was created, and has not reached its first callback.
    Starting,
    /// It holds the token.
    Running,
    /// It waits for the token.
    Parked,
    /// It has given up or lost the token, and will park when it comes back.
    Away {
        /// Whether it was seen asleep, and no event since then could have woken it.
        asleep: bool,
        /// Whether the kernel may write memory for it while it sleeps.
        writes: bool,
    },
    /// It is ending, and the kernel may not have woken the threads that wait for its end.
    Ending,
}

/// A guest thread.
#[derive(Debug)]
pub struct Slot<H> {
    /// The number of the thread.
    pub id: ThreadId,
    /// The vCPU that runs it.
    pub vcpu: u32,
    /// The host thread as the kernel sees it; `None` until the first callback.
    pub host: Option<H>,
    /// The state of the thread.
    pub state: State,
    /// The host thread, to wake it; `None` until the first callback.
    pub thread: Option<Thread>,
    /// What the kernel has written for the thread since it last ran.
    pub kernel_wrote: Wrote,
    /// The word that it waits for, while it is in a `FUTEX_WAIT` of this process.
    pub futex: Option<u64>,
    /// The schedule's time at which its wait in a system call is over.
    pub deadline: Option<u64>,
    /// Whether something outside of the process may end that wait.
    pub outside: bool,
    /// Whether the system call that it is in, without the token, may wake other threads, and may not
    /// have done so yet.
    pub may_wake: bool,
    /// The time since which every check found it asleep while it held the token.
    pub asleep_since: Option<Instant>,
}

/// What the kernel has written to memory for a thread that did not hold the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrote {
    /// Nothing.
    Nothing,
    /// What its system call writes.
    ItsCall,
    /// That is not known: its call was thought to be over soon, or a signal came.
    Anything,
}

/// The threads that an event may wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wakes {
    /// None.
    Nobody,
    /// Those that wait for this word of this process.
    Waiters(u64),
    /// All but those that wait for a word of this process: the end of a thread wakes by a key that such
    /// a wait does not have (`mm_release` in kernel/fork.c, `handle_futex_death` in
    /// kernel/futex/core.c, `do_syscall` in QEMU's linux-user/syscall.c: without
    /// FUTEX_PRIVATE_FLAG).
    OthersThanWaiters,
    /// Any.
    Anybody,
    /// Any, and those that wait for a word may wait for another one from now on (`FUTEX_REQUEUE`).
    Moved,
}

impl Wakes {
    /// Whether a thread that waits for this word, if for one, may wake.
    pub fn includes(self, futex: Option<u64>) -> bool {
        match self {
            Self::Nobody => false,
            Self::Waiters(word) => futex.is_none_or(|it| it == word),
            Self::OthersThanWaiters => futex.is_none(),
            Self::Anybody | Self::Moved => true,
        }
    }
}

impl<H: Host> Slot<H> {
    /// Creates the slot of a new thread.
    pub fn new(id: ThreadId, vcpu: u32) -> Self {
        Self {
            id,
            vcpu,
            host: None,
            state: State::Starting,
            thread: None,
            kernel_wrote: Wrote::Nothing,
            futex: None,
            deadline: None,
            outside: false,
            may_wake: false,
            asleep_since: None,
        }
    }

    /// Notes that the thread, which is the calling one, has reached its first callback.
    pub fn arrives(&mut self) {
        self.host.get_or_insert_with(H::current);
        self.thread.get_or_insert_with(sync::current);
    }

    /// Notes that the thread waits in no system call any more.
    pub fn waits_no_more(&mut self) {
        self.deadline = None;
        self.outside = false;
    }

    /// Wakes the thread if it sleeps in `Shared::wait`, or is about to.
    pub fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }

    /// Notes that these threads may wake, if it was seen asleep.
    pub fn something_woke(&mut self, wakes: Wakes) {
        if wakes == Wakes::Moved {
            self.futex = None;
        }
        if let State::Away { asleep, .. } = &mut self.state
            && wakes.includes(self.futex)
        {
            *asleep = false;
        }
    }

    /// What the host thread does.
    pub fn doing(&self) -> Doing {
        self.host.as_ref().map_or(Doing::Runs, H::doing)
    }

    /// As [`Host::waits_on_condition`].
    pub fn waits_on_condition(&self) -> Option<bool> {
        self.host.as_ref()?.waits_on_condition()
    }

    /// As [`Slot::waits_on_condition`], or a guess if the kernel does not tell.
    pub fn seems_to_wait_on_condition(&self) -> bool {
        let idles = || self.host.as_ref().is_some_and(H::idles);
        self.waits_on_condition().unwrap_or_else(idles)
    }
}
