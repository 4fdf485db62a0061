//! The token while its holder is in a callback.

use super::cell::Loan;
use super::schedule::Schedule;
use super::shared::{Guard, POLL_INTERVAL, SETTLE_TIMEOUT, Shared};
use super::slot::{State, Wakes, Wrote};
use super::sync::{self, Instant};
use super::wait::Wait;
use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::time::Duration;
use weakmem::ThreadId;

/// The maximum wait for the announcement of a new thread's vCPU, without which the run cannot
/// continue.
const ANNOUNCE_TIMEOUT: Duration = Duration::from_secs(60);

/// Proof that the calling thread holds the token, with access to the state.
///
/// Dropping it does not give up the token: the thread returns to guest code.
pub struct Held<'t, S: Schedule> {
    shared: &'t Shared<S>,
    /// As wide as the other fields: a callback that moves a `Held` loads eight bytes at a time, and
    /// the processor waits where it loads more than one store has written.
    vcpu: u64,
    state: Loan<'t, S>,
}

impl<'t, S: Schedule> Held<'t, S> {
    /// Creates the proof for the calling thread, which runs this vCPU and has the state.
    pub(super) fn new(shared: &'t Shared<S>, vcpu: u32, state: Loan<'t, S>) -> Self {
        Self {
            shared,
            vcpu: u64::from(vcpu),
            state,
        }
    }

    /// Gives up the token, and returns the locked slots. The loan ends before the lock is free,
    /// because another thread may get the state then.
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

    fn vcpu(&self) -> u32 {
        self.vcpu as u32
    }

    /// Lets the strategy choose the next holder, and waits until this thread is chosen again.
    #[must_use = "dropping it lets the thread continue"]
    pub fn hand_off(self) -> Self {
        let vcpu = self.vcpu();
        let (shared, mut slots, id) = self.release(State::Parked);
        let id = id.expect("the owner of a `Held` is the holder");
        if slots.expects_exclusive == Some(id) {
            slots.expects_exclusive = None;
        }
        let slots = shared.decide(slots);
        Self {
            state: shared.wait(slots, id, vcpu),
            shared,
            vcpu: u64::from(vcpu),
        }
    }

    /// Gives up the token for a system call that may sleep.
    pub fn leave(self, wait: Wait) {
        let Wait {
            writes,
            deadline,
            outside,
            futex,
            wakes,
        } = wait;
        let (shared, mut slots, id) = self.release(State::Away {
            asleep: false,
            writes,
        });
        if let Some(slot) = id.and_then(|id| slots.slot_mut(id)) {
            if writes {
                slot.kernel_wrote = slot.kernel_wrote.max(Wrote::ItsCall);
            }
            slot.futex = futex;
            slot.deadline = deadline;
            slot.outside = outside;
            slot.may_wake = wakes;
        }
        // The other calls are a wait on a futex, which wakes nobody.
        if writes {
            slots.something_woke(Wakes::Anybody);
        }
        shared.others_continue(&slots);
    }

    /// Gives up the token because the thread ends.
    pub fn end(self) {
        let (shared, mut slots, _) = self.release(State::Ending);
        slots.something_woke(Wakes::OthersThanWaiters);
        shared.others_continue(&slots);
    }

    /// Keeps the token for a system call, unless the thread sleeps there for long. `wakes`: the
    /// threads that the call may wake.
    pub fn enter_call(self, wakes: Wakes) {
        let mut slots = self.shared.lock();
        if wakes != Wakes::Nobody {
            slots.something_woke(wakes);
        }
        slots.starts_call();
        self.shared.flags.of(self.vcpu()).set_in_call(true);
        if let Some(slot) = slots.holder_mut() {
            slot.asleep_since = None;
        }
    }

    /// Keeps the token for a `clone`, in which the thread sleeps until the host thread of the new
    /// one has started, however long that takes.
    pub fn enter_clone(self) {
        let mut slots = self.shared.lock();
        slots.starts_call();
        slots.cloning = slots.holder;
    }

    /// Waits until the vCPU of the thread that this one has created is announced. Returns false
    /// after a timeout.
    #[must_use]
    pub fn await_new_vcpu(&self) -> bool {
        let shared = self.shared;
        let (slots, _) = shared
            .announcement
            .wait_timeout_while(shared.lock(), ANNOUNCE_TIMEOUT, |slots| {
                slots.announced.is_none()
            })
            .unwrap_or_else(PoisonError::into_inner);
        slots.announced.is_some()
    }

    /// Makes thread `id` the thread of the announced vCPU.
    pub fn adopt(&self, id: ThreadId) {
        self.shared.adopt(&mut self.shared.lock(), id);
    }

    /// Forgets a vCPU that may have been announced, because its thread could not be started.
    pub fn clone_failed(&self) {
        self.shared.lock().announced = None;
    }

    /// Waits until the newest thread has reached its first callback, which fixes its place in the
    /// schedule. Called outside of QEMU's execution loop.
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

    /// Notes that the thread will stop all vCPUs before its next callback.
    pub fn expect_exclusive(&self) {
        let mut slots = self.shared.lock();
        slots.expects_exclusive = slots.holder;
        for slot in slots.parked() {
            slot.wake();
        }
    }

    /// Makes the calling thread the only one, in a copy that was forked while no other thread was
    /// in a callback.
    pub fn is_only_thread(&self) {
        let mut slots = self.shared.lock();
        if let Some(id) = slots.holder {
            slots.only(id, self.vcpu());
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
