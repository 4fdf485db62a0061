//! The half that takes events out of the ring.

use core::fmt;
use core::marker::PhantomData;
use core::sync::atomic::Ordering;

use crate::layout::next;
use crate::memory::Memory;
use crate::{Event, Orderings};

/// The half that takes events out of the ring.
///
/// It can be sent to another thread, but there is only one of it:
///
/// ```compile_fail,E0599
/// fn two<O: aio_ring::Orderings>(consumer: aio_ring::Consumer<'_, O>) {
///     let _other = consumer.clone();
/// }
/// ```
pub struct Consumer<'m, O> {
    memory: Memory<'m>,
    /// The slot to be read next, always less than the number of slots. The truth, of which the
    /// header's head is a copy for the producer.
    head: u32,
    /// The header's tail as it was last seen, always less than the number of slots. The events
    /// from `head` up to it were announced by the load that saw it.
    tail: u32,
    orderings: PhantomData<fn() -> O>,
}

impl<'m, O: Orderings> Consumer<'m, O> {
    /// The caller has checked that the head is in range, or the ring is new.
    pub(crate) fn new(memory: Memory<'m>) -> Self {
        // Relaxed: only a consumer stores the head, so this pairs with the last store of the one
        // before this one, and what handed its role over ordered the two.
        let head = memory.header.head.load(Ordering::Relaxed);
        // Others may have stored something else since it was checked.
        let head = if head < memory.nr() { head } else { 0 };
        Self {
            memory,
            head,
            // No event is known of yet: the first `read_evt` looks.
            tail: head,
            orderings: PhantomData,
        }
    }

    /// Takes an event out of the ring, if there is one: the kernel's `aio_read_evt`.
    ///
    /// It looks at the tail only when it has taken all events that the tail announced when it
    /// last looked. A tail out of range, which only another writer to the ring's memory can have
    /// stored, counts as an empty ring.
    #[inline]
    pub fn read_evt(&mut self) -> Option<Event> {
        let head = self.head;

        if head == self.tail {
            // Before the loads of all the events that it announces, this call's and later ones'.
            let tail = O::load_tail(&self.memory.header.tail);
            if tail == head || tail >= self.memory.nr() {
                return None;
            }
            self.tail = tail;
        }

        // Always there: `self.head` is less than the number of slots.
        let event = self.memory.slots.get(head as usize)?.load();
        let next = next(head, self.memory.nr());
        self.head = next;
        O::store_head(&self.memory.header.head, next);
        Some(event)
    }

    /// Is there no event to be read? If there is one now, the next [`read_evt`](Self::read_evt)
    /// takes it.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        if self.head != self.tail {
            return false;
        }
        let tail = O::load_tail(&self.memory.header.tail);
        tail == self.head || tail >= self.memory.nr()
    }
}

impl<O> fmt::Debug for Consumer<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("header", self.memory.header)
            .field("head", &self.head)
            .field("tail", &self.tail)
            .finish_non_exhaustive()
    }
}
