//! The accesses of a trace, by the index of their event.

use overtake_report::trace::{Access, Event, Op};

/// The access at an event.
///
/// # Panics
///
/// If the event is not an access: callers pass the indices of accesses only.
pub(super) fn at(events: &[Event], index: usize) -> &Access {
    match &events[index] {
        Event::Access(access) => access,
        _ => unreachable!("event {index} is no access"),
    }
}

/// An index as 32 bits, to save space.
///
/// # Panics
///
/// If a trace has more than 2^32 events.
pub(super) fn position(index: usize) -> u32 {
    u32::try_from(index).expect("a trace that fits into memory")
}

/// Whether it writes.
pub(super) fn stores(access: &Access) -> bool {
    access.op != Op::Load
}

/// The addresses of its bytes.
pub(super) fn bytes(access: &Access) -> impl Iterator<Item = u64> + '_ {
    (0..access.bytes.len() as u64).map(|offset| access.addr.wrapping_add(offset))
}

/// The eight bytes that hold this one.
pub(super) fn granule(byte: u64) -> u64 {
    byte & !7
}

/// Whether a byte is one of the access's.
pub(super) fn covers(access: &Access, byte: u64) -> bool {
    byte.wrapping_sub(access.addr) < access.bytes.len() as u64
}

/// Whether two accesses have a byte in common.
pub(super) fn overlap(one: &Access, other: &Access) -> bool {
    covers(one, other.addr) || covers(other, one.addr)
}
