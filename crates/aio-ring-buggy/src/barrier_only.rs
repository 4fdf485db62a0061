//! `barrier-only`: Linux 2.5.74 as it was.

use core::sync::atomic::{AtomicU32, Ordering};

use aio_ring::barrier::{barrier, wmb};
use aio_ring::{Orderings, Wmb};

/// Unsound: as [`Wmb`], but the tail store has only a compiler barrier before it, and the write
/// barrier after it.
///
/// This is `aio_complete` of Linux 2.5.74, before the patch. Its `aio_read_evt` lacked barriers
/// as well: that is `barrier-only-reader`. Here the consumer has those that it needs.
#[derive(Clone, Copy, Debug)]
pub enum BarrierOnly {}

// SAFETY: the contract is broken, on purpose, in `store_tail`. No memory safety rests on it where
// the events' fields are taken for the plain integers that they are. The rest is `Wmb`.
unsafe impl Orderings for BarrierOnly {
    #[inline]
    fn store_tail(tail: &AtomicU32, value: u32) {
        // WRONG. Holds back the compiler alone, so the machine may let the tail overtake the
        // event stores: litmus test MP, the writer's side.
        barrier();
        // Relaxed: pairs with the Relaxed load in `load_tail`; nothing orders it after the event
        // stores.
        tail.store(value, Ordering::Relaxed);
        // On the wrong side: it orders this tail store, and this event, before the next event's
        // stores. Nothing needs that.
        wmb();
    }

    #[inline]
    fn load_tail(tail: &AtomicU32) -> u32 {
        Wmb::load_tail(tail)
    }

    #[inline]
    fn store_head(head: &AtomicU32, value: u32) {
        Wmb::store_head(head, value);
    }

    #[inline]
    fn load_head(head: &AtomicU32) -> u32 {
        Wmb::load_head(head)
    }
}
