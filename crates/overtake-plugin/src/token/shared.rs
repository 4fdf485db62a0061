//! The part of the token that all threads share, and the choice of the next holder.

use super::cell::{Cell, Loan};
use super::flags::Flags;
use super::holder::Holder;
use super::host::Host;
use super::schedule::Schedule;
use super::slot::Slot;
use super::slots::{Settled, Slots};
use super::sync::{self, Condvar, Instant, Mutex, MutexGuard};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use weakmem::ThreadId;

/// The maximum wait for other threads to settle. It is reached only if a host thread gets no
/// processor for so long; the choice is then made without that thread.
pub const SETTLE_TIMEOUT: Duration = Duration::from_secs(10);
/// The interval at which a thread checks threads that are about to settle.
pub const POLL_INTERVAL: Duration = Duration::from_micros(20);

/// The part of the token that all threads share.
pub struct Shared<S: Schedule> {
    /// The state. It is lent while the holder is in a callback, or while the next holder is chosen.
    state: Cell<S>,
    slots: Mutex<Slots<S::Host>>,
    /// Signals that a vCPU was announced or adopted.
    pub announcement: Condvar,
    /// The vCPU that holds the token.
    pub holder: &'static Holder,
    /// The flags that threads set without the slots' lock.
    pub flags: Arc<Flags>,
}

/// The locked slots.
pub type Guard<'t, S> = MutexGuard<'t, Slots<<S as Schedule>::Host>>;

impl<S: Schedule> Shared<S> {
    /// Creates a token that nobody holds.
    pub fn new(state: S, holder: &'static Holder, vcpus: usize) -> Self {
        let flags = Arc::new(Flags::new(vcpus));
        Self {
            state: Cell::new(state),
            slots: Mutex::new(Slots::new(holder, Arc::clone(&flags))),
            announcement: Condvar::new(),
            holder,
            flags,
        }
    }

    /// Locks the slots.
    pub fn lock(&self) -> Guard<'_, S> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lends the state to a thread that holds the token, or that chooses the next holder.
    ///
    /// # Panics
    ///
    /// The thread has a loan already.
    #[inline]
    pub fn lend(&self) -> Loan<'_, S> {
        // SAFETY: only one thread at a time gets here. Either it is the holder: it has seen that it
        // holds the token (`Holder`), and nobody takes the token from a thread that has a loan
        // (`watch_holder`). Or there is no holder, and the thread has set `deciding` under the
        // slots' lock, or is the first thread. Each such thread is ordered after the one before it,
        // by that lock or by `Holder::was_given_to`.
        unsafe { self.state.lend() }
    }

    /// Makes thread `id` the thread of the announced vCPU.
    pub fn adopt(&self, slots: &mut Guard<'_, S>, id: ThreadId) {
        if let Some(vcpu) = slots.announced.take() {
            slots.slots.push(Slot::new(id, vcpu));
        }
        self.announcement.notify_all();
    }

    /// Waits until the parked thread `id`, which runs on this vCPU, holds the token. Returns the
    /// state.
    ///
    /// The thread that made a choice wakes the chosen one here, after it has freed the lock. The
    /// chosen thread does not need the lock then: `Holder` shows that it holds the token.
    pub fn wait<'t>(&'t self, mut slots: Guard<'t, S>, id: ThreadId, vcpu: u32) -> Loan<'t, S> {
        self.flags.of(vcpu).set_waits(true);
        loop {
            while slots.holder.is_none() && !slots.deciding {
                slots = self.decide(slots);
            }
            let chosen = slots.chosen.take();
            if slots.holder == Some(id) {
                break;
            }
            let period = slots.watch_interval(id);
            drop(slots);
            if let Some(chosen) = chosen {
                chosen.unpark();
            }
            let start = Instant::now();
            sync::park_timeout(period);
            if self.holder.was_given_to(vcpu) {
                return self.waited(vcpu);
            }
            slots = self.lock();
            if start.elapsed() >= period && slots.parked().next().is_some_and(|it| it.id == id) {
                self.watch_holder(&mut slots);
            }
        }
        drop(slots);
        self.waited(vcpu)
    }

    fn waited(&self, vcpu: u32) -> Loan<'_, S> {
        let state = self.lend();
        self.flags.of(vcpu).set_waits(false);
        S::Host::on_acquired();
        state
    }

    /// Takes the token from the holder if it sleeps outside of a callback.
    pub fn watch_holder(&self, slots: &mut Guard<'_, S>) {
        let Some(vcpu) = slots.holder_mut().map(|slot| slot.vcpu) else {
            return;
        };
        if slots.holder_sleeps() && !self.flags.of(vcpu).waits() {
            slots.take_from_sleeper(|| self.state.is_lent());
        }
    }

    /// As `Token::seize`.
    pub fn seize(&self) -> Option<Loan<'_, S>> {
        // A thread that has locked the slots may wait for the calling one.
        let mut slots = self.slots.try_lock().ok()?;
        // A parked thread chooses the next holder, or watches the holder.
        let busy = slots.deciding || slots.cloning.is_some() || slots.parked().next().is_some();
        if busy {
            return None;
        }
        let holder = slots.holder_mut().map(|slot| slot.vcpu);
        if let Some(vcpu) = holder {
            // A thread that was just chosen may sleep still, and is about to use the state.
            if self.flags.of(vcpu).waits() {
                return None;
            }
            slots.take_from_sleeper(|| self.state.is_lent());
            if slots.holder.is_some() {
                return None;
            }
        }
        slots.deciding = true;
        Some(self.lend())
    }

    /// As `Token::has_one_thread`.
    pub fn has_one_thread(&self) -> bool {
        self.slots.try_lock().is_ok_and(|it| it.slots.len() == 1)
    }

    /// Lets another thread choose the next holder, or, if all sleep, lets time pass.
    pub fn others_continue(&self, slots: &Guard<'_, S>) {
        slots.wake_decider();
        if slots.needs_time()
            && let Some(keeper) = &slots.timekeeper
        {
            keeper.unpark();
        }
    }

    /// Chooses the next holder among the parked threads, of which the caller is one.
    pub fn decide<'t>(&'t self, mut slots: Guard<'t, S>) -> Guard<'t, S> {
        slots.deciding = true;
        let mut state = self.lend();
        let start = Instant::now();
        let mut polls = 0;
        let mut settled = settle_in_time(&mut slots, &mut *state);
        while !settled && start.elapsed() < SETTLE_TIMEOUT {
            drop(slots);
            polls += 1;
            if polls < 20 {
                sync::yield_now();
            } else {
                sync::sleep(POLL_INTERVAL);
            }
            slots = self.lock();
            settled = settle_in_time(&mut slots, &mut *state);
        }
        let parked: Vec<ThreadId> = slots.parked().map(|slot| slot.id).collect();
        let may_write = slots.kernel_may_write();
        let wrote = slots.kernel_wrote();
        if !settled || std::mem::take(&mut slots.unsettled) {
            state.count_unsettled();
        }
        let next = state.choose(&parked);
        state.switch_to(next, &wrote, may_write);
        drop(state);
        slots.deciding = false;
        slots.give(next);
        slots
    }
}

/// Whether every thread is parked or asleep, and the time of no wait has come.
fn settle_in_time<S: Schedule>(slots: &mut Slots<S::Host>, state: &mut S) -> bool {
    if !settle(slots, state) {
        return false;
    }
    if let Some(deadline) = slots.next_deadline()
        && state.only_time_helps(slots.parked().count())
        && !slots.waits_for_outside()
    {
        state.advance_to(deadline);
    }
    !slots.end_waits(state.now())
}

/// Whether every thread is parked or asleep. Tells the state which threads are gone.
pub fn settle<S: Schedule>(slots: &mut Slots<S::Host>, state: &mut S) -> bool {
    match slots.settle() {
        Settled::Yes => true,
        Settled::No => false,
        Settled::Gone(gone) => {
            for thread in gone {
                state.thread_ended(thread);
            }
            false
        }
    }
}
