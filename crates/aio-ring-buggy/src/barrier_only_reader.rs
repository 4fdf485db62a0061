//! `barrier-only-reader`: the reader of Linux 2.5.74 as it was.

use core::sync::atomic::{AtomicU32, Ordering};

use aio_ring::barrier::barrier;
use aio_ring::{Orderings, Wmb};

/// Unsound: as [`Wmb`], but the consumer has compiler barriers alone.
///
/// This is `aio_read_evt` of Linux 2.5.74, before the patch. Its tail load lacks the read barrier
/// (as in `relaxed-reader`), its head store the full one (as in `relaxed-head`).
#[derive(Clone, Copy, Debug)]
pub enum BarrierOnlyReader {}

// SAFETY: the contract is broken, on purpose, in `load_tail` and in `store_head`. No memory safety
// rests on it where the events' fields are taken for the plain integers that they are. The rest is
// `Wmb`.
unsafe impl Orderings for BarrierOnlyReader {
    #[inline]
    fn store_tail(tail: &AtomicU32, value: u32) {
        Wmb::store_tail(tail, value);
    }

    #[inline]
    fn load_tail(tail: &AtomicU32) -> u32 {
        // WRONG. Relaxed: pairs with the Relaxed store in `store_tail`; nothing orders it before
        // the event loads: litmus test MP, the reader's side.
        let value = tail.load(Ordering::Relaxed);
        // Holds back the compiler alone.
        barrier();
        value
    }

    #[inline]
    fn store_head(head: &AtomicU32, value: u32) {
        // Holds back the compiler alone.
        barrier();
        // WRONG. Relaxed: pairs with the Relaxed load in `load_head`; nothing orders it after the
        // event loads: litmus test LB, the consumer's side.
        head.store(value, Ordering::Relaxed);
    }

    #[inline]
    fn load_head(head: &AtomicU32) -> u32 {
        Wmb::load_head(head)
    }
}
