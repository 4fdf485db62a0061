//! `relaxed-head`: nothing orders the event's loads before the head.

use core::sync::atomic::{AtomicU32, Ordering};

use aio_ring::barrier::barrier;
use aio_ring::{Orderings, Release};

/// Unsound: as [`Release`], but the head store is Relaxed.
///
/// The other half of the patch of 2003, "same is true for the head pointer". FreeBSD's `buf_ring`
/// lacked this ordering until 2024, Linux's perf ring until 2013.
#[derive(Clone, Copy, Debug)]
pub enum RelaxedHead {}

// SAFETY: the contract is broken, on purpose, in `store_head`. No memory safety rests on it where
// the events' fields are taken for the plain integers that they are. The rest is `Release`.
unsafe impl Orderings for RelaxedHead {
    #[inline]
    fn store_tail(tail: &AtomicU32, value: u32) {
        Release::store_tail(tail, value);
    }

    #[inline]
    fn load_tail(tail: &AtomicU32) -> u32 {
        Release::load_tail(tail)
    }

    #[inline]
    fn store_head(head: &AtomicU32, value: u32) {
        // Keeps the program's order in the machine code, as in `RelaxedTail`.
        barrier();
        // WRONG. Relaxed: pairs with the Acquire load in `load_head`, which needs a Release store
        // to synchronise with. The slot may be given back while its event is still being loaded,
        // and the next event stored under the load: litmus test LB, the consumer's side.
        head.store(value, Ordering::Relaxed);
    }

    #[inline]
    fn load_head(head: &AtomicU32) -> u32 {
        Release::load_head(head)
    }
}
