//! `relaxed-tail`: nothing orders the event before the tail.

use core::sync::atomic::{AtomicU32, Ordering};

use aio_ring::barrier::barrier;
use aio_ring::{Orderings, Release};

/// Unsound: as [`Release`], but the tail store is Relaxed.
///
/// The plainest form of the mistake, and the one a Rust programmer would make.
#[derive(Clone, Copy, Debug)]
pub enum RelaxedTail {}

// SAFETY: the contract is broken, on purpose, in `store_tail`. No memory safety rests on it where
// the events' fields are taken for the plain integers that they are. The rest is `Release`.
unsafe impl Orderings for RelaxedTail {
    #[inline]
    fn store_tail(tail: &AtomicU32, value: u32) {
        // Keeps the program's order in the machine code, so that what is seen is the machine's
        // reordering and not the compiler's. It emits no instruction. (`compiler_fence` is meant
        // for this, but emits a `lwsync` on powerpc64, rust-lang/rust#62256, which would cure
        // the bug.)
        barrier();
        // WRONG. Relaxed: pairs with the Acquire load in `load_tail`, which needs a Release store
        // to synchronise with. The tail may overtake the event stores: litmus test MP, the
        // writer's side.
        tail.store(value, Ordering::Relaxed);
    }

    #[inline]
    fn load_tail(tail: &AtomicU32) -> u32 {
        Release::load_tail(tail)
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
