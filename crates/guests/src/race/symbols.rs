//! `complete` and `read_evt` of each variant, with symbols that can be found in the binary.

use aio_ring_buggy::{
    BarrierOnly, BarrierOnlyReader, RelaxedHead, RelaxedReader, RelaxedTail, Release, Wmb,
};
use aio_ring_buggy::{Consumer, Event, Orderings, Producer};

/// A variant whose `complete` and `read_evt` have their own symbols.
pub trait Symbols: Orderings {
    /// Puts the event into the ring. Returns false if the ring is full.
    fn publish(producer: &mut Producer<'_, Self>, event: &Event) -> bool
    where
        Self: Sized;

    /// Takes an event out of the ring. Returns false, and leaves `event` alone, if the ring is
    /// empty.
    fn read(consumer: &mut Consumer<'_, Self>, event: &mut Event) -> bool
    where
        Self: Sized;
}

macro_rules! symbols {
    ($($variant:ident: $publish:ident, $read:ident;)+) => {$(
        #[doc = concat!("`complete` of [`", stringify!($variant), "`].")]
        // SAFETY: no other symbol of this name is linked in.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $publish(producer: &mut Producer<'_, $variant>, event: &Event) -> bool {
            producer.complete(*event).is_ok()
        }

        #[doc = concat!("`read_evt` of [`", stringify!($variant), "`].")]
        // SAFETY: no other symbol of this name is linked in.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $read(consumer: &mut Consumer<'_, $variant>, event: &mut Event) -> bool {
            consumer.read_evt().map(|read| *event = read).is_some()
        }

        impl Symbols for $variant {
            fn publish(producer: &mut Producer<'_, Self>, event: &Event) -> bool {
                $publish(producer, event)
            }

            fn read(consumer: &mut Consumer<'_, Self>, event: &mut Event) -> bool {
                $read(consumer, event)
            }
        }
    )+};
}

symbols! {
    Release: publish_release, read_release;
    Wmb: publish_wmb, read_wmb;
    RelaxedTail: publish_relaxed_tail, read_relaxed_tail;
    BarrierOnly: publish_barrier_only, read_barrier_only;
    RelaxedReader: publish_relaxed_reader, read_relaxed_reader;
    RelaxedHead: publish_relaxed_head, read_relaxed_head;
    BarrierOnlyReader: publish_barrier_only_reader, read_barrier_only_reader;
}
