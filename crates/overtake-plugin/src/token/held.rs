//! The token, as its holder has it in a callback.

use super::cell::Loan;
use super::schedule::Schedule;
use super::shared::{Guard, POLL_INTERVAL, SETTLE_TIMEOUT, Shared};
use super::slots::State;
use super::sync::{self, Instant};
use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::time::Duration;
use weakmem::ThreadId;

/// Bound of the wait for a new thread's vCPU, without which the run cannot go on.
const ANNOUNCE_TIMEOUT: Duration = Duration::from_secs(60);

/// The token, held: the calling thread may reach the state, and keeps the token.
///
/// Dropping it does not give the token up: the thread goes back to guest code.
pub struct Held<'t, S: Schedule> {
    shared: &'t Shared<S>,
    vcpu: u32,
    state: Loan<'t, S>,
}

impl<'t, S: Schedule> Held<'t, S> {
    /// The calling thread, which runs this vCPU and has the state, holds the token.
    pub(super) fn new(shared: &'t Shared<S>, vcpu: u32, state: Loan<'t, S>) -> Self {
        Self {
            shared,
            vcpu,
            state,
        }
    }

    /// The loan is over before the slots' lock is free: then another thread may get the state.
    fn release(self, state: State) -> (&'t Shared<S>, Guard<'t, S>, Option<ThreadId>) {
        let mut slots = self.shared.lock();
        let id = slots.holder;
        drop(self.state);
        if state != State::Parked {
            slots.starts_call();
        }
        slots.release(state);
        (self.shared, slots, id)
    }

    /// Lets the strategy choose who goes on, and waits until that is the calling thread.
    #[must_use = "dropping it says that the thread goes on"]
    pub fn hand_off(self) -> Self {
        let vcpu = self.vcpu;
        let (shared, mut slots, id) = self.release(State::Parked);
        let id = id.expect("who has a `Held` is the holder");
        if slots.expects_exclusive == Some(id) {
            slots.expects_exclusive = None;
        }
        let slots = shared.decide(slots);
        Self {
            state: shared.wait(slots, id, vcpu),
            shared,
            vcpu,
        }
    }

    /// The thread goes into a system call that may sleep. `writes`: and in which the kernel may
    /// write memory for it.
    pub fn leave(self, writes: bool) {
        let (_, mut slots, id) = self.release(State::Away {
            asleep: false,
            writes,
        });
        if let Some(slot) = id.and_then(|id| slots.slot_mut(id)) {
            slot.kernel_wrote |= writes;
        }
        slots.something_woke();
        slots.wake_decider();
    }

    /// The thread ends.
    pub fn end(self) {
        let (_, mut slots, _) = self.release(State::Ending);
        slots.something_woke();
        slots.wake_decider();
    }

    /// The thread goes into a system call and keeps the token, unless it sleeps there for long.
    /// `wakes`: it may wake others.
    pub fn enter_call(self, wakes: bool) {
        let mut slots = self.shared.lock();
        if wakes {
            slots.something_woke();
        }
        slots.starts_call();
        self.shared.flags.of(self.vcpu).set_in_call(true);
        if let Some(slot) = slots.holder_mut() {
            slot.asleep_since = None;
        }
    }

    /// The thread creates another: it sleeps until that one's host thread has started, and keeps
    /// the token however long that takes.
    pub fn enter_clone(self) {
        let mut slots = self.shared.lock();
        slots.starts_call();
        slots.cloning = slots.holder;
    }

    /// Waits until the vCPU of the thread that this one has created is announced. Returns false if
    /// it does not come within the bound.
    #[must_use]
    pub fn await_new_vcpu(&self) -> bool {
        let shared = self.shared;
        let (slots, _) = shared
            .birth
            .wait_timeout_while(shared.lock(), ANNOUNCE_TIMEOUT, |slots| {
                slots.newborn.is_none()
            })
            .unwrap_or_else(PoisonError::into_inner);
        slots.newborn.is_some()
    }

    /// The vCPU that was announced is that of thread `id`.
    pub fn adopt(&self, id: ThreadId) {
        self.shared.adopt(&mut self.shared.lock(), id);
    }

    /// The thread of the vCPU that may have been announced could not be started.
    pub fn clone_failed(&self) {
        self.shared.lock().newborn = None;
    }

    /// Waits until the newest thread has reached its first callback: its place in the schedule is
    /// then fixed. Called outside of QEMU's execution loop.
    pub fn await_first_callback(&self) {
        let start = Instant::now();
        let starts = || {
            let newest = self.shared.lock().slots.last().map(|slot| slot.state);
            newest == Some(State::Starting)
        };
        while starts() && start.elapsed() < SETTLE_TIMEOUT {
            sync::sleep(POLL_INTERVAL);
        }
    }

    /// The thread will stop all vCPUs before its next callback.
    pub fn expect_exclusive(&self) {
        let mut slots = self.shared.lock();
        slots.expects_exclusive = slots.holder;
        for slot in slots.parked() {
            slot.wake();
        }
    }

    /// This process is a copy, made by `fork` while no other thread was in a callback, and the
    /// calling thread is its only one.
    pub fn is_only_thread(&self) {
        let mut slots = self.shared.lock();
        if let Some(id) = slots.holder {
            slots.only(id, self.vcpu);
        }
    }
}

impl<S: Schedule> Deref for Held<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.state
    }
}

impl<S: Schedule> DerefMut for Held<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.state
    }
}
