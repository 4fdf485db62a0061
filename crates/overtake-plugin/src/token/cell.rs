//! The state, which only the token's holder may access.
//!
//! A lock would need no `unsafe`, but its two atomic read-modify-writes per callback cost several
//! per cent of a run.

use super::sync::AtomicBool;
use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering::{Acquire, Release};

/// A state that one thread at a time may access.
#[derive(Debug)]
pub struct Cell<S> {
    state: UnsafeCell<S>,
    /// Whether a [`Loan`] exists.
    lent: AtomicBool,
}

// SAFETY: by the promise of `Cell::lend`'s callers, threads access the state one after the other.
// So it is enough that the state may move between threads.
unsafe impl<S: Send> Sync for Cell<S> {}

/// Exclusive access to the state. No other loan of it exists.
#[derive(Debug)]
pub struct Loan<'c, S>(&'c Cell<S>);

impl<S> Cell<S> {
    /// Creates a cell without a loan.
    pub fn new(state: S) -> Self {
        Self {
            state: UnsafeCell::new(state),
            lent: AtomicBool::new(false),
        }
    }

    /// Lends the state.
    ///
    /// # Safety
    ///
    /// Until the loan is dropped, no other thread calls this. All that other threads did with their
    /// loans happens-before this call.
    ///
    /// # Panics
    ///
    /// The calling thread has a loan already.
    #[inline]
    pub unsafe fn lend(&self) -> Loan<'_, S> {
        // Acquire: pairs with the Release store in `Loan::drop`. The load and the store need not be
        // one atomic step, because no other thread lends meanwhile.
        let lent = self.lent.load(Acquire);
        assert!(
            !lent,
            "the token has one holder, and the holder has one `Held`"
        );
        // Release: pairs with the Acquire load in `is_lent`.
        self.lent.store(true, Release);
        Loan(self)
    }

    /// Whether the state is lent.
    pub fn is_lent(&self) -> bool {
        // Acquire: pairs with the Release stores in `lend` and `Loan::drop`.
        self.lent.load(Acquire)
    }
}

impl<S> Deref for Loan<'_, S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        // SAFETY: this is the only loan, and it is borrowed shared.
        unsafe { &*self.0.state.get() }
    }
}

impl<S> DerefMut for Loan<'_, S> {
    #[inline]
    fn deref_mut(&mut self) -> &mut S {
        // SAFETY: this is the only loan, and it is borrowed exclusively.
        unsafe { &mut *self.0.state.get() }
    }
}

impl<S> Drop for Loan<'_, S> {
    #[inline]
    fn drop(&mut self) {
        // Release: pairs with the Acquire loads in `lend` and `is_lent`.
        self.0.lent.store(false, Release);
    }
}
