//! A pointer to a value. Writers replace the value as a whole, and it is freed after its last
//! reader is done.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;
use crossbeam_epoch::{Atomic, Owned, pin};

use crate::words::{Freed, next, write_and_read};

pub fn arc_swap() -> Result<String, String> {
    let swap = ArcSwap::from_pointee(Freed([0; 8]));
    let write = || {
        swap.rcu(|old| Freed(next(old.0)));
    };
    let seen = write_and_read(write, || swap.load().0)?;
    // Checks that every reference was counted once.
    match Arc::try_unwrap(swap.into_inner()) {
        Ok(_) => Ok(seen),
        Err(value) => Err(format!("{} references remain", Arc::strong_count(&value))),
    }
}

pub fn epoch() -> Result<String, String> {
    let pointer = Atomic::new(Freed([0; 8]));
    let write = || {
        let guard = pin();
        loop {
            // Acquire: pairs with the Release below; orders the reads of the old words.
            let old = pointer.load(Ordering::Acquire, &guard);
            // SAFETY: it is never null, and its target is not freed while this thread is pinned.
            let new = Owned::new(Freed(next(unsafe { old.deref() }.0)));
            // Release: pairs with the Acquire above and with `load_consume`; publishes the words.
            // Relaxed on failure: nothing is read through the pointer found instead.
            let swapped =
                pointer.compare_exchange(old, new, Ordering::Release, Ordering::Relaxed, &guard);
            if swapped.is_ok() {
                // SAFETY: a thread that pins from now on cannot reach it.
                unsafe { guard.defer_destroy(old) };
                return;
            }
        }
    };
    let read = || {
        let guard = pin();
        // Consume: pairs with the Release above.
        // SAFETY: it is never null, and its target is not freed while this thread is pinned.
        unsafe { pointer.load_consume(&guard).deref() }.0
    };
    let seen = write_and_read(write, read);
    // SAFETY: all threads have been joined, so no other thread has the pointer.
    drop(unsafe { pointer.into_owned() });
    seen
}
