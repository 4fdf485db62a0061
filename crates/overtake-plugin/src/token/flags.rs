//! What a thread says of itself without the token's lock.

use super::sync::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

/// What the threads say, one entry a vCPU.
#[derive(Debug)]
pub struct Flags(Box<[Flag]>);

/// What the thread of one vCPU says.
#[derive(Debug, Default)]
pub struct Flag {
    back: AtomicBool,
    in_call: AtomicBool,
    waits: AtomicBool,
}

impl Flags {
    /// For so many vCPUs.
    pub fn new(vcpus: usize) -> Self {
        Self((0..vcpus).map(|_| Flag::default()).collect())
    }

    /// Those of a vCPU.
    pub fn of(&self, vcpu: u32) -> &Flag {
        &self.0[vcpu as usize % self.0.len()]
    }
}

impl Flag {
    /// Whether it has come back from the system call for which it gave up the token.
    ///
    /// SeqCst: the partner of the store in [`Flag::set_back`] is the kernel's account of what the
    /// thread is doing, which is no atomic of ours; the strongest order costs nothing here.
    pub fn back(&self) -> bool {
        self.back.load(SeqCst)
    }

    /// Says whether it has come back.
    pub fn set_back(&self, back: bool) {
        self.back.store(back, SeqCst);
    }

    /// Whether it is in a system call with the token.
    pub fn in_call(&self) -> bool {
        // Relaxed: the thread itself writes it in `set_in_call`, and a stale value only delays the
        // taking of the token by one look.
        self.in_call.load(Relaxed)
    }

    /// Says whether it is.
    pub fn set_in_call(&self, in_call: bool) {
        // Relaxed: for the reason in `in_call`.
        self.in_call.store(in_call, Relaxed);
    }

    /// Whether it waits for the token, or has got it and does not know yet.
    pub fn waits(&self) -> bool {
        // Relaxed: it is raised under the lock; a stale "waits" only delays the taking of the
        // token.
        self.waits.load(Relaxed)
    }

    /// Says whether it does.
    pub fn set_waits(&self, waits: bool) {
        // Relaxed: for the reason in `waits`.
        self.waits.store(waits, Relaxed);
    }
}
