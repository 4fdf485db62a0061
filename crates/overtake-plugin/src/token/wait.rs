//! What threads that are away wait for, and when that is over.

use super::host::Host;
use super::slot::{State, Wakes};
use super::slots::Slots;

/// What a thread waits for in a system call for which it gives up the token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wait {
    /// Whether the kernel may write memory for the thread during the call.
    pub writes: bool,
    /// The word of this process that it waits for, if that is what it does.
    pub futex: Option<u64>,
    /// The schedule's time at which the wait is over.
    pub deadline: Option<u64>,
    /// Whether something outside of the process may end it.
    pub outside: bool,
    /// Whether the call may wake other threads before it sleeps or returns.
    pub wakes: bool,
}

impl Wait {
    /// A wait that only another thread ends.
    pub fn for_a_thread(writes: bool) -> Self {
        Self {
            writes,
            ..Self::default()
        }
    }
}

impl<H: Host> Slots<H> {
    /// Ends the waits whose time has come. Returns whether there were any.
    pub fn end_waits(&mut self, now: u64) -> bool {
        let mut any = false;
        for slot in &mut self.slots {
            if let State::Away {
                asleep: asleep @ true,
                ..
            } = &mut slot.state
                && slot.deadline.is_some_and(|deadline| deadline <= now)
                && let Some(host) = &slot.host
            {
                host.interrupt();
                *asleep = false;
                any = true;
            }
        }
        any
    }

    /// Lets threads that were seen asleep be looked at again, if calls of threads without the token may
    /// have woken them since. Returns whether this is so.
    pub fn calls_may_have_woken(&mut self) -> bool {
        let mut any = false;
        for slot in &mut self.slots {
            if slot.may_wake {
                any = true;
                // What it does is done once it is asleep or back.
                slot.may_wake = matches!(slot.state, State::Away { asleep: false, .. });
            }
        }
        if any {
            self.something_woke(Wakes::OthersThanWaiters);
        }
        any
    }

    /// Returns when the next wait is over.
    pub fn next_deadline(&self) -> Option<u64> {
        self.slots.iter().filter_map(|slot| slot.deadline).min()
    }

    /// Whether something outside of the process may end a wait.
    pub fn waits_for_outside(&self) -> bool {
        self.slots.iter().any(|slot| slot.outside)
    }

    /// Whether no thread is there that would choose the next holder.
    fn nobody_chooses(&self) -> bool {
        self.holder.is_none() && !self.deciding && self.parked().next().is_none()
    }

    /// Whether time must be kept by a thread that is not the guest's.
    pub fn needs_time(&self) -> bool {
        self.next_deadline().is_some() && self.nobody_chooses()
    }
}
