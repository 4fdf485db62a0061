//! The token: one guest thread runs at a time, and who is next is chosen from the seed.
//!
//! [`Token`] owns the state that belongs to its holder. Who reaches the state has a [`Held`], and a
//! `Held` is consumed where the token is handed off or given up. A thread that holds the token goes
//! back to guest code without one, and gets it again in its next callback ([`Token::resume`]).
//!
//! A thread that is not the holder waits in its first callback ("parked"). A choice is made only
//! when every other thread has settled: it is parked, or it really sleeps in a system call. So
//! the set of threads to choose from does not depend on how fast the host is.
//!
//! QEMU stops all vCPUs for some events (`start_exclusive`: at the first `clone`, at `fork`, when
//! the translation cache is full, for atomics that the host lacks), and waits until each has left
//! its execution loop. A parked thread cannot leave; so parked threads watch the holder, and when
//! it sleeps outside of our callbacks, the token is taken from it: the next thread runs to the
//! end of its block, where QEMU makes it leave. The same rule frees the token of a thread that
//! sleeps in a system call which was expected to be short. The token is never taken from a thread
//! that has a `Held`, however long it sleeps in a callback.

mod cell;
mod flags;
mod held;
mod holder;
mod host;
mod schedule;
mod shared;
mod slots;
mod sync;
#[cfg(test)]
mod tests;

pub use held::Held;
pub use holder::Holder;
pub use host::{Doing, Host};
pub use schedule::Schedule;

use shared::Shared;
use slots::State;
use std::sync::PoisonError;
use weakmem::ThreadId;

/// The token, and the state that belongs to its holder.
pub struct Token<S: Schedule>(Shared<S>);

/// A callback came from a vCPU that was never created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownVcpu;

impl<S: Schedule> Token<S> {
    /// A token that nobody holds. `holder` shows who does, for a look without a lock; there are up
    /// to `vcpus` vCPUs at a time.
    pub fn new(state: S, holder: &'static Holder, vcpus: usize) -> Self {
        Self(Shared::new(state, holder, vcpus))
    }

    /// A token that is held by the calling thread, number `id`, which is the only one and runs on
    /// `vcpu`.
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

    /// There is a new vCPU. Called by the thread that creates it or by its own, at whatever time:
    /// its thread has a place in the schedule only when its parent adopts it. The first one has no
    /// parent: its thread, which calls, gets the token.
    pub fn announce(&self, vcpu: u32) -> Option<Held<'_, S>> {
        let mut slots = self.0.lock();
        let known = slots.newborn == Some(vcpu) || slots.of_vcpu(vcpu).is_some();
        if !known {
            slots.newborn = Some(vcpu);
            self.0.birth.notify_all();
        }
        if !slots.slots.is_empty() {
            return None;
        }
        let id = self.0.lend().first_thread();
        self.0.adopt(&mut slots, id);
        drop(slots);
        self.acquire(vcpu).ok()
    }

    /// Whether the calling thread, which runs this vCPU, holds the token.
    pub fn holds(&self, vcpu: u32) -> bool {
        self.0.holder.is(vcpu) || self.0.lock().is_holder(vcpu)
    }

    /// The token, if the calling thread, which runs this vCPU, holds it.
    ///
    /// # Panics
    ///
    /// If the thread has a `Held` already.
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
    /// ([`Token::resume`] has said so).
    ///
    /// # Errors
    ///
    /// The vCPU was never announced.
    pub fn acquire(&self, vcpu: u32) -> Result<Held<'_, S>, UnknownVcpu> {
        let mut slots = self.0.lock();
        while slots.of_vcpu(vcpu).is_none() {
            if slots.newborn != Some(vcpu) {
                return Err(UnknownVcpu);
            }
            // Its parent is about to adopt it; until then nobody chooses it.
            slots = self
                .0
                .birth
                .wait(slots)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let slot = slots.of_vcpu(vcpu).ok_or(UnknownVcpu)?;
        slot.arrives();
        let id = slot.id;
        slot.state = State::Parked;
        if slots.expects_exclusive == Some(id) {
            slots.expects_exclusive = None;
        }
        let state = self.0.wait(slots, id, vcpu);
        Ok(Held::new(&self.0, vcpu, state))
    }

    /// A system call of the calling thread, which runs on this vCPU, is over. Returns the token if
    /// the thread still holds it. `interrupted`: by a signal, for which the kernel will write a
    /// frame. Does not wait for the token: QEMU may be about to stop all vCPUs.
    pub fn call_is_over(&self, vcpu: u32, interrupted: bool) -> Option<Held<'_, S>> {
        // Before the lock, on which this thread may sleep; the holder's flag means nothing.
        self.0.flags.of(vcpu).set_back(true);
        self.0.flags.of(vcpu).set_in_call(false);
        let mut slots = self.0.lock();
        let slot = slots.calling()?;
        if slot.state == State::Ending {
            // QEMU puts off the end of a thread that has a signal to handle first.
            slot.state = State::Away {
                asleep: false,
                writes: true,
            };
        }
        slot.kernel_wrote |= interrupted;
        let id = slot.id;
        if slots.cloning == Some(id) {
            slots.cloning = None;
        }
        (slots.holder == Some(id)).then(|| self.held(vcpu))
    }
}
