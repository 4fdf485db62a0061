//! How the ring's two indices are loaded and stored.

use core::sync::atomic::{AtomicU32, Ordering};

use crate::barrier::{barrier, mb, rmb, wmb};

/// How the ring's two indices are loaded and stored.
///
/// Each index is stored by one half and loaded by the other, so there are four accesses, in two
/// pairs. The events themselves are always accessed Relaxed, next to these.
///
/// # Safety
///
/// * [`store_tail`](Self::store_tail) orders every store before the call with the store of the
///   tail, and [`load_tail`](Self::load_tail) the load of the tail with every load after the
///   call: a thread that loads a tail also sees the event stores that came before it (MP).
/// * [`store_head`](Self::store_head) orders every load before the call with the store of the
///   head, and [`load_head`](Self::load_head) the load of the head with every store after the
///   call: an event load before the store of a head does not see the event stores that come after
///   a load of this head (LB). [`Producer::complete`](crate::Producer::complete) stores into a
///   slot only after it has branched on the head, returned by `load_head` in this call or an
///   earlier one, that gave the slot back, and an implementation may build on this.
/// * Each function does the one access that it is named after, and nothing else to the index.
///
/// Code may rely on this for its own memory safety, say when an event carries a pointer. The ring
/// itself does not: it moves plain integers, and with a wrong choice it delivers wrong ones.
///
/// To write the `impl` without `unsafe` is an error:
///
/// ```compile_fail,E0200
/// use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
///
/// struct Hopeful;
///
/// impl aio_ring::Orderings for Hopeful {
///     fn store_tail(tail: &AtomicU32, value: u32) { tail.store(value, Relaxed) }
///     fn load_tail(tail: &AtomicU32) -> u32 { tail.load(Relaxed) }
///     fn store_head(head: &AtomicU32, value: u32) { head.store(value, Relaxed) }
///     fn load_head(head: &AtomicU32) -> u32 { head.load(Relaxed) }
/// }
/// ```
pub unsafe trait Orderings {
    /// The producer announces the event that it has just stored.
    fn store_tail(tail: &AtomicU32, value: u32);

    /// The consumer looks how far events have been announced, before it loads the first of them.
    fn load_tail(tail: &AtomicU32) -> u32;

    /// The consumer gives back the slot whose event it has just loaded.
    fn store_head(head: &AtomicU32, value: u32);

    /// The producer looks which slots have been given back, before it stores into the first of
    /// them.
    fn load_head(head: &AtomicU32) -> u32;
}

/// Right: the two pairs as Release stores and Acquire loads.
#[derive(Clone, Copy, Debug)]
pub enum Release {}

// SAFETY: each Release store pairs with the Acquire load of the same index, so what comes before
// the store happens before what comes after a load that sees it. This covers event stores and
// loads around the tail, and event loads and stores around the head.
unsafe impl Orderings for Release {
    #[inline]
    fn store_tail(tail: &AtomicU32, value: u32) {
        // Release: pairs with the Acquire load in `load_tail`; orders the event stores before
        // the tail store. Litmus test MP, the writer's side: Relaxed, the tail overtakes the
        // event and the consumer takes a stale one.
        tail.store(value, Ordering::Release);
    }

    #[inline]
    fn load_tail(tail: &AtomicU32) -> u32 {
        // Acquire: pairs with the Release store in `store_tail`; orders the tail load before the
        // event loads. Litmus test MP, the reader's side: Relaxed, the event is loaded ahead of
        // the tail and may be a stale one. That the consumer branches on the tail does not help:
        // a control dependency does not order loads.
        tail.load(Ordering::Acquire)
    }

    #[inline]
    fn store_head(head: &AtomicU32, value: u32) {
        // Release: pairs with the Acquire load in `load_head`; orders the event loads before the
        // head store. Litmus test LB, the consumer's side: Relaxed, the slot is given back while
        // its event is still being loaded, and the next event may be stored under the load.
        head.store(value, Ordering::Release);
    }

    #[inline]
    fn load_head(head: &AtomicU32) -> u32 {
        // Acquire: pairs with the Release store in `store_head`; orders the head load before the
        // event stores. Litmus test LB, the producer's side: Relaxed, Rust's memory model lets
        // the next event be stored before the slot was given back. (Hardware does not, since
        // the stores depend on a branch on the head, see `Wmb`.)
        head.load(Ordering::Acquire)
    }
}

/// Right: the patch of 2003 taken at its word, with the kernel's [barriers](crate::barrier).
///
/// The patch ("Race condition between `aio_complete` and `aio_read_evt`", Ken Chen, 8 July 2003)
/// put a `wmb()` before the store of the tail and a `mb()` before the store of the head. It left
/// the consumer's tail load without the read barrier that it needs. That came in 2014, as
/// `smp_rmb()`; it is here.
///
/// The accesses are Relaxed, as the kernel's are plain, and it is the barriers, not Rust's
/// memory model, that make this choice right on the four architectures that they are written for.
#[derive(Clone, Copy, Debug)]
pub enum Wmb {}

// SAFETY: on the machine, `wmb` orders the event stores with the tail store, `rmb` the tail load
// with the event loads, `mb` the event loads with the head store, and the branch on the head
// the head load with the event stores. Each of these, `barrier` in the last case, holds back the
// compiler too.
unsafe impl Orderings for Wmb {
    #[inline]
    fn store_tail(tail: &AtomicU32, value: u32) {
        // "make event visible before updating tail": pairs with `rmb` in `load_tail`; orders the
        // event stores before the tail store. Litmus test MP, the writer's side.
        wmb();
        // Relaxed: pairs with the Relaxed load in `load_tail`; `wmb` does the ordering.
        tail.store(value, Ordering::Relaxed);
    }

    #[inline]
    fn load_tail(tail: &AtomicU32) -> u32 {
        // Relaxed: pairs with the Relaxed store in `store_tail`; `rmb` does the ordering.
        let value = tail.load(Ordering::Relaxed);
        // Not in the patch of 2003: Linux has had it since 2014 (2ff396be). Pairs with `wmb` in
        // `store_tail`; orders the tail load before the event loads. Litmus test MP, the
        // reader's side.
        rmb();
        value
    }

    #[inline]
    fn store_head(head: &AtomicU32, value: u32) {
        // "finish reading the event before updating the head": pairs with the branch on what
        // `load_head` returns; orders the event loads before the head store. Litmus test LB, the
        // consumer's side.
        mb();
        // Relaxed: pairs with the Relaxed load in `load_head`; `mb` does the ordering.
        head.store(value, Ordering::Relaxed);
    }

    #[inline]
    fn load_head(head: &AtomicU32) -> u32 {
        // Relaxed: pairs with the Relaxed store in `store_head`. What orders it before the event
        // stores, those of later calls as well, is the control dependency: `complete` branches on
        // it and returns where the ring is full, and no architecture makes a store visible before
        // a branch that precedes it is decided.
        // Litmus test LB, the producer's side.
        let value = head.load(Ordering::Relaxed);
        // The compiler, which knows no control dependencies, must move no store up across it.
        barrier();
        value
    }
}
