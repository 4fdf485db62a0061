//! The state, which the holder of the token reaches, and nobody else.
//!
//! A lock would do, without `unsafe`; its two atomic read-modify-writes a callback cost several
//! per cent of a run.

use super::sync::AtomicBool;
use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering::{Acquire, Release};

/// What one thread at a time may reach.
#[derive(Debug)]
pub struct Cell<S> {
    state: UnsafeCell<S>,
    /// There is a [`Loan`].
    lent: AtomicBool,
}

// SAFETY: threads reach the state one after the other, by the promise of `Cell::lend`'s callers; so
// it is enough that it may go from thread to thread.
unsafe impl<S: Send> Sync for Cell<S> {}

/// The state, lent. There is no other loan of it.
#[derive(Debug)]
pub struct Loan<'c, S>(&'c Cell<S>);

impl<S> Cell<S> {
    /// A state that nobody has borrowed.
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
    /// Until the loan is dropped, no other thread calls this; what other threads did with their
    /// loans has happened before.
    ///
    /// # Panics
    ///
    /// If the calling thread has a loan already.
    #[inline]
    pub unsafe fn lend(&self) -> Loan<'_, S> {
        // Acquire: pairs with the Release store in `Loan::drop`. Load and store need not be one
        // step: no other thread lends meanwhile.
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
        // SAFETY: this is the only loan, and its borrow is shared.
        unsafe { &*self.0.state.get() }
    }
}

impl<S> DerefMut for Loan<'_, S> {
    #[inline]
    fn deref_mut(&mut self) -> &mut S {
        // SAFETY: this is the only loan, and its borrow is exclusive.
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
