//! The contents of the events.

use aio_ring_buggy::Event;

/// Returns the event with this number.
pub(super) fn numbered(number: u64) -> Event {
    Event {
        data: number,
        obj: number,
        res: number.cast_signed(),
        res2: number.cast_signed(),
    }
}
