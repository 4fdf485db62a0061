//! Flags that a thread sets without the token's lock.

use super::sync::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

/// The flags of all threads, one entry per vCPU.
#[derive(Debug)]
pub struct Flags(Box<[Flag]>);

/// The flags of the thread of one vCPU.
#[derive(Debug, Default)]
pub struct Flag {
    back: AtomicBool,
    in_call: AtomicBool,
    waits: AtomicBool,
}

impl Flags {
    /// Creates the flags for so many vCPUs.
    pub fn new(vcpus: usize) -> Self {
        Self((0..vcpus).map(|_| Flag::default()).collect())
    }

    /// Returns the flags of a vCPU.
    pub fn of(&self, vcpu: u32) -> &Flag {
        &self.0[vcpu as usize % self.0.len()]
    }
}

impl Flag {
    /// Whether the thread has returned from the system call for which it gave up the token.
    ///
    /// SeqCst: pairs with the store in [`Flag::set_back`]. The order between that store and the
    /// kernel's state of the thread matters too, and the kernel's state is no atomic of this
    /// program; the strongest order costs nothing here.
    pub fn back(&self) -> bool {
        self.back.load(SeqCst)
    }

    /// Sets whether the thread has returned. SeqCst: pairs with the load in [`Flag::back`].
    pub fn set_back(&self, back: bool) {
        self.back.store(back, SeqCst);
    }

    /// Whether it is in a system call with the token.
    pub fn in_call(&self) -> bool {
        // Relaxed: pairs with the store in `set_in_call`. A stale value only delays the taking of
        // the token by one check.
        self.in_call.load(Relaxed)
    }

    /// Sets whether the thread is in a system call with the token.
    pub fn set_in_call(&self, in_call: bool) {
        // Relaxed: pairs with the load in `in_call`, which explains why it is enough.
        self.in_call.store(in_call, Relaxed);
    }

    /// Whether the thread waits for the token, or has acquired it but has not continued yet.
    pub fn waits(&self) -> bool {
        // Relaxed: pairs with the store in `set_waits`, which sets the flag under the lock. A stale
        // value only delays the taking of the token.
        self.waits.load(Relaxed)
    }

    /// Sets whether the thread waits.
    pub fn set_waits(&self, waits: bool) {
        // Relaxed: pairs with the load in `waits`, which explains why it is enough.
        self.waits.store(waits, Relaxed);
    }
}
