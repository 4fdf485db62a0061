//! The half that puts events into the ring.

use core::fmt;
use core::marker::PhantomData;
use core::sync::atomic::Ordering;

use crate::layout::next;
use crate::memory::Memory;
use crate::{Event, Full, Orderings};

/// The half that puts events into the ring.
///
/// It can be sent to another thread, but there is only one of it:
///
/// ```compile_fail,E0599
/// fn two<O: aio_ring::Orderings>(producer: aio_ring::Producer<'_, O>) {
///     let _other = producer.clone();
/// }
/// ```
pub struct Producer<'m, O> {
    memory: Memory<'m>,
    /// The slot to be filled next, always less than the number of slots. The truth, of which the
    /// header's tail is a copy for the consumer (the kernel's `info->tail`).
    tail: u32,
    /// The header's head as it was last seen, always less than the number of slots. The slots
    /// from `tail` up to the one before it were given back before the load that saw it.
    head: u32,
    orderings: PhantomData<fn() -> O>,
}

impl<'m, O: Orderings> Producer<'m, O> {
    /// The caller has checked that the tail is in range, or the ring is new.
    pub(crate) fn new(memory: Memory<'m>) -> Self {
        // Relaxed: only a producer stores the tail, so this pairs with the last store of the one
        // before this one, and what handed its role over ordered the two.
        let tail = memory.header.tail.load(Ordering::Relaxed);
        // Others may have stored something else since it was checked.
        let tail = if tail < memory.nr() { tail } else { 0 };
        Self {
            memory,
            tail,
            // No slot is known to be free yet: the first `complete` looks.
            head: next(tail, memory.nr()),
            orderings: PhantomData,
        }
    }

    /// Puts an event into the ring: the kernel's `aio_complete`.
    ///
    /// It looks at the head only when it has filled all slots that were free when it last looked.
    /// A head out of range, which only another writer to the ring's memory can have stored,
    /// counts as a ring without a free slot.
    ///
    /// # Errors
    ///
    /// No slot is free.
    #[inline]
    pub fn complete(&mut self, event: Event) -> Result<(), Full> {
        let tail = self.tail;
        let next = next(tail, self.memory.nr());

        if self.head == next {
            let head = O::load_head(&self.memory.header.head);
            // `Orderings::load_head` may build on this branch: no store into a slot that this
            // head gives back, this call's or a later one's, comes before it.
            if head == next || head >= self.memory.nr() {
                return Err(Full);
            }
            self.head = head;
        }

        // Always there: `self.tail` is less than the number of slots.
        let Some(slot) = self.memory.slots.get(tail as usize) else {
            return Err(Full);
        };
        slot.store(event);
        self.tail = next;
        O::store_tail(&self.memory.header.tail, next);
        Ok(())
    }

    /// Has the ring no free slot? If it has one now, the next [`complete`](Self::complete)
    /// succeeds.
    #[inline]
    #[must_use]
    pub fn is_full(&self) -> bool {
        let nr = self.memory.nr();
        let next = next(self.tail, nr);
        if self.head != next {
            return false;
        }
        let head = O::load_head(&self.memory.header.head);
        head == next || head >= nr
    }
}

impl<O> fmt::Debug for Producer<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("header", self.memory.header)
            .field("tail", &self.tail)
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}
