//! `complete`, once per variant, under a symbol that can be found in the binary.

use aio_ring_buggy::{BarrierOnly, Event, Orderings, Producer, RelaxedTail, Release, Wmb};

/// A variant whose `complete` has a symbol of its own.
pub trait Publish: Orderings {
    /// Puts the event into the ring. False: the ring is full.
    fn publish(producer: &mut Producer<'_, Self>, event: &Event) -> bool
    where
        Self: Sized;
}

macro_rules! publish {
    ($($variant:ident: $symbol:ident,)+) => {$(
        #[doc = concat!("`complete` of [`", stringify!($variant), "`].")]
        // SAFETY: no other symbol of this name is linked in.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $symbol(producer: &mut Producer<'_, $variant>, event: &Event) -> bool {
            producer.complete(*event).is_ok()
        }

        impl Publish for $variant {
            fn publish(producer: &mut Producer<'_, Self>, event: &Event) -> bool {
                $symbol(producer, event)
            }
        }
    )+};
}

publish! {
    Release: publish_release,
    Wmb: publish_wmb,
    RelaxedTail: publish_relaxed_tail,
    BarrierOnly: publish_barrier_only,
}
