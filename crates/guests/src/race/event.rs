//! What the events say.

use aio_ring_buggy::Event;

/// The event with this number.
pub(super) fn numbered(number: u64) -> Event {
    Event {
        data: number,
        obj: number,
        res: number.cast_signed(),
        res2: number.cast_signed(),
    }
}
