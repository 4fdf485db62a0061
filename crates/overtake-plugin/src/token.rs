//! The token: one guest thread runs at a time, and the seed decides which one is next.
//!
//! [`Token`] owns the holder's state. A [`Held`] gives access to the state, and handing off or
//! giving up the token consumes it. A thread that keeps the token returns to guest code without a
//! `Held`, and gets one again in its next callback ([`Token::resume`]).
//!
//! A thread that does not hold the token waits in its first callback ("parked"). The next holder is
//! chosen only when every other thread has settled: it is parked, or it sleeps in a system call. So
//! the set of threads to choose from does not depend on the speed of the host.
//!
//! For some events QEMU stops all vCPUs (`start_exclusive`: at the first `clone`, at `fork`, when
//! the translation cache is full, for atomics that the host lacks), and waits until each has left
//! its execution loop. A parked thread cannot leave. So parked threads watch the holder, and take
//! the token from it when it sleeps outside of a callback. The next thread then runs to the end of
//! its block, where QEMU makes it leave. The same rule takes the token from a thread that sleeps in
//! a system call that was expected to be short. The token is never taken from a thread that has a
//! `Held`, however long it sleeps in a callback.

mod cell;
mod flags;
mod held;
mod holder;
mod host;
mod schedule;
mod shared;
mod slot;
mod slots;
mod sync;
#[cfg(test)]
mod tests;
mod timekeeper;
mod wait;

pub use held::Held;
pub use holder::Holder;
pub use host::{Doing, Host};
pub use schedule::Schedule;
pub use slot::{Wakes, Wrote};
pub use wait::Wait;

use shared::Shared;
use slot::State;
use std::ops::DerefMut;
use std::sync::PoisonError;
use weakmem::ThreadId;

/// The token, which owns the holder's state.
pub struct Token<S: Schedule>(Shared<S>);

/// A callback came from a vCPU that was never created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownVcpu;

impl<S: Schedule> Token<S> {
    /// Creates a token that nobody holds.
    ///
    /// `holder` shows the holder to threads that do not lock. At most `vcpus` vCPUs exist at a
    /// time.
    pub fn new(state: S, holder: &'static Holder, vcpus: usize) -> Self {
        Self(Shared::new(state, holder, vcpus))
    }

    /// Creates a token that the calling thread holds. It has the number `id`, runs on `vcpu`, and
    /// is the only thread.
    pub fn of_only_thread(
        state: S,
        holder: &'static Holder,
        vcpus: usize,
        id: ThreadId,
        vcpu: u32,
    ) -> Self {
        let token = Self::new(state, holder, vcpus);
        token.0.lock().only(id, vcpu);
        token
    }

    #[inline]
    fn held(&self, vcpu: u32) -> Held<'_, S> {
        Held::new(&self.0, vcpu, self.0.lend())
    }

    /// Announces a new vCPU. Its parent or its own thread calls this, at any time.
    ///
    /// The thread has a place in the schedule only when its parent adopts it. The first thread has
    /// no parent: it calls this itself, and gets the token.
    pub fn announce(&self, vcpu: u32) -> Option<Held<'_, S>> {
        let mut slots = self.0.lock();
        let known = slots.announced == Some(vcpu) || slots.of_vcpu(vcpu).is_some();
        if !known {
            slots.announced = Some(vcpu);
            self.0.announcement.notify_all();
        }
        if !slots.slots.is_empty() {
            return None;
        }
        let id = self.0.lend().first_thread();
        self.0.adopt(&mut slots, id);
        drop(slots);
        self.acquire(vcpu, false).ok()
    }

    /// Whether the calling thread, which runs this vCPU, holds the token.
    pub fn holds(&self, vcpu: u32) -> bool {
        self.0.holder.is(vcpu) || self.0.lock().is_holder(vcpu)
    }

    /// Returns the token if the calling thread, which runs this vCPU, holds it.
    ///
    /// # Panics
    ///
    /// The thread has a `Held` already.
    #[inline]
    pub fn resume(&self, vcpu: u32) -> Option<Held<'_, S>> {
        if self.0.holder.is(vcpu) {
            return Some(self.held(vcpu));
        }
        self.resume_slowly(vcpu)
    }

    #[cold]
    fn resume_slowly(&self, vcpu: u32) -> Option<Held<'_, S>> {
        let mut slots = self.0.lock();
        slots.is_holder(vcpu).then(|| self.held(vcpu))
    }

    /// Waits for the token. The calling thread, which runs this vCPU, does not hold it
    /// ([`Token::resume`] returned `None`).
    ///
    /// `handler`: it is at the start of a signal handler. The kernel has written the signal's frame,
    /// and maybe since the system call from which the thread comes back.
    ///
    /// # Errors
    ///
    /// The vCPU was never announced.
    pub fn acquire(&self, vcpu: u32, handler: bool) -> Result<Held<'_, S>, UnknownVcpu> {
        let mut slots = self.0.lock();
        while slots.of_vcpu(vcpu).is_none() {
            if slots.announced != Some(vcpu) {
                return Err(UnknownVcpu);
            }
            // Its parent is about to adopt it. Until then it cannot be chosen.
            slots = self
                .0
                .announcement
                .wait(slots)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let slot = slots.of_vcpu(vcpu).ok_or(UnknownVcpu)?;
        slot.arrives();
        slot.waits_no_more();
        let id = slot.id;
        if handler {
            slot.kernel_wrote = Wrote::Anything;
        }
        slot.state = State::Parked;
        if slots.expects_exclusive == Some(id) {
            slots.expects_exclusive = None;
        }
        let state = self.0.wait(slots, id, vcpu);
        Ok(Held::new(&self.0, vcpu, state))
    }

    /// Notes that a system call of the calling thread, which runs on this vCPU, is over. Returns
    /// the token if the thread still holds it.
    ///
    /// `interrupted`: a signal ended the call, and the kernel will write a frame for it. This does
    /// not wait for the token, because QEMU may be about to stop all vCPUs.
    pub fn call_is_over(&self, vcpu: u32, interrupted: bool) -> Option<Held<'_, S>> {
        // Before the lock, on which this thread may sleep. For the holder the flag has no meaning.
        self.0.flags.of(vcpu).set_back(true);
        self.0.flags.of(vcpu).set_in_call(false);
        let mut slots = self.0.lock();
        let slot = slots.calling()?;
        if slot.state == State::Ending {
            // QEMU delays the end of a thread that has to handle a signal first.
            slot.state = State::Away {
                asleep: false,
                writes: true,
            };
        }
        if interrupted {
            slot.kernel_wrote = Wrote::Anything;
        }
        slot.waits_no_more();
        let id = slot.id;
        if slots.cloning == Some(id) {
            slots.cloning = None;
        }
        (slots.holder == Some(id)).then(|| self.held(vcpu))
    }

    /// Takes the state for good, if no thread can be using it: all sleep outside of callbacks. Threads
    /// that wake wait for ever. Never waits itself.
    pub fn seize(&self) -> Option<impl DerefMut<Target = S>> {
        self.0.seize()
    }

    /// Undoes [`Token::seize`], which the process does not outlive but for tests.
    #[cfg(test)]
    fn give_back(&self) {
        let mut slots = self.0.lock();
        slots.deciding = false;
        self.0.others_continue(&slots);
    }

    /// Whether there is one guest thread, as far as that is known without waiting.
    pub fn has_one_thread(&self) -> bool {
        self.0.has_one_thread()
    }

    /// Ends the waits of threads by the schedule's time, where all threads sleep, as long as
    /// `goes_on` says so. Runs on a host thread that is not the guest's.
    pub fn keep_time(&self, goes_on: impl Fn() -> bool) {
        timekeeper::keep_time(&self.0, goes_on);
    }
}
