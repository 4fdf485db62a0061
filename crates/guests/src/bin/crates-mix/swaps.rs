//! A pointer to a value that is replaced as a whole, and freed when nobody reads it any more.

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
    // No reference was lost, and none was counted twice.
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
            // Acquire: pairs with the Release below; the old words are read through it.
            let old = pointer.load(Ordering::Acquire, &guard);
            // SAFETY: it is never null, and what it points to is not freed while pinned.
            let new = Owned::new(Freed(next(unsafe { old.deref() }.0)));
            // Release: pairs with the Acquire above and with `load_consume`; publishes the words.
            // Relaxed, where it fails: nothing is read through what is there instead.
            let swapped =
                pointer.compare_exchange(old, new, Ordering::Release, Ordering::Relaxed, &guard);
            if swapped.is_ok() {
                // SAFETY: no thread that pins from now on can reach it.
                unsafe { guard.defer_destroy(old) };
                return;
            }
        }
    };
    let read = || {
        let guard = pin();
        // Consume: pairs with the Release above.
        // SAFETY: it is never null, and what it points to is not freed while pinned.
        unsafe { pointer.load_consume(&guard).deref() }.0
    };
    let seen = write_and_read(write, read);
    // SAFETY: all threads have been joined, so nobody else has the pointer.
    drop(unsafe { pointer.into_owned() });
    seen
}
