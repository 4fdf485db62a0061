//! `relaxed-reader`: nothing orders the tail before the event.

use core::sync::atomic::{AtomicU32, Ordering};

use aio_ring::barrier::barrier;
use aio_ring::{Orderings, Release};

/// Unsound: as [`Release`], but the tail load is Relaxed.
///
/// Linux had it so until 2014: `aio_read_events_ring` lacked the read barrier that came with
/// 2ff396be. So has fio to this day, where it takes events from the kernel's ring in user space
/// (`engines/libaio.c`).
#[derive(Clone, Copy, Debug)]
pub enum RelaxedReader {}

// SAFETY: the contract is broken, on purpose, in `load_tail`. No memory safety rests on it where
// the events' fields are taken for the plain integers that they are. The rest is `Release`.
unsafe impl Orderings for RelaxedReader {
    #[inline]
    fn store_tail(tail: &AtomicU32, value: u32) {
        Release::store_tail(tail, value);
    }

    #[inline]
    fn load_tail(tail: &AtomicU32) -> u32 {
        // WRONG. Relaxed: pairs with the Release store in `store_tail`, which needs an Acquire
        // load to synchronise with. The event may be loaded ahead of the tail: litmus test MP,
        // the reader's side. That the consumer branches on the tail does not help: a control
        // dependency does not order loads.
        let value = tail.load(Ordering::Relaxed);
        // Keeps the program's order in the machine code, as in `RelaxedTail`.
        barrier();
        value
    }

    #[inline]
    fn store_head(head: &AtomicU32, value: u32) {
        Release::store_head(head, value);
    }

    #[inline]
    fn load_head(head: &AtomicU32) -> u32 {
        Release::load_head(head)
    }
}
