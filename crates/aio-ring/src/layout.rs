//! The ring in memory: `struct aio_ring` and `struct io_event` of Linux.

use core::mem::{align_of, size_of};
use core::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};

/// `AIO_RING_MAGIC`.
pub(crate) const MAGIC: u32 = 0xa10a_10a1;
/// `AIO_RING_COMPAT_FEATURES`.
pub(crate) const COMPAT_FEATURES: u32 = 1;
/// `AIO_RING_INCOMPAT_FEATURES`.
pub(crate) const INCOMPAT_FEATURES: u32 = 0;
/// `sizeof(struct aio_ring)`.
pub(crate) const HEADER_LENGTH: u32 = 32;
/// With one slot head and tail are always equal: no event would fit.
pub(crate) const MIN_SLOTS: u32 = 2;
/// What the memory under a ring must be aligned to.
pub(crate) const ALIGNMENT: usize = align_of::<Slot>();

/// `struct aio_ring` without its events.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "the kernel's names")]
#[repr(C)]
pub(crate) struct Header {
    /// Kernel-internal index number.
    pub(crate) id: AtomicU32,
    /// Number of slots.
    pub(crate) nr: AtomicU32,
    /// The slot to be read next. Stored by the consumer.
    pub(crate) head: AtomicU32,
    /// The slot to be filled next. Stored by the producer.
    pub(crate) tail: AtomicU32,
    pub(crate) magic: AtomicU32,
    pub(crate) compat_features: AtomicU32,
    pub(crate) incompat_features: AtomicU32,
    /// Size of this header.
    pub(crate) header_length: AtomicU32,
}

/// An event, `struct io_event`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Event {
    /// What the submitter put into `aio_data`.
    pub data: u64,
    /// Which request is complete: the address of its `struct iocb`.
    pub obj: u64,
    /// The request's result.
    pub res: i64,
    /// A second result.
    pub res2: i64,
}

/// An event's place in the ring.
///
/// A plain access that races is undefined behaviour, and a ring whose memory others write to, or
/// whose orderings are wrong, does race. So each field is an atomic.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Slot {
    data: AtomicU64,
    obj: AtomicU64,
    res: AtomicI64,
    res2: AtomicI64,
}

impl Slot {
    /// Stores the event, field by field.
    #[inline]
    pub(crate) fn store(&self, event: Event) {
        // Relaxed, all four: they pair with the loads in `Slot::load`. Ordered before the tail
        // store by `Orderings::store_tail` (MP) and after the head load by
        // `Orderings::load_head` (LB).
        self.data.store(event.data, Ordering::Relaxed);
        self.obj.store(event.obj, Ordering::Relaxed);
        self.res.store(event.res, Ordering::Relaxed);
        self.res2.store(event.res2, Ordering::Relaxed);
    }

    /// Loads the event, field by field.
    #[inline]
    pub(crate) fn load(&self) -> Event {
        // Relaxed, all four: they pair with the stores in `Slot::store`. Ordered after the tail
        // load by `Orderings::load_tail` (MP) and before the head store by
        // `Orderings::store_head` (LB).
        Event {
            data: self.data.load(Ordering::Relaxed),
            obj: self.obj.load(Ordering::Relaxed),
            res: self.res.load(Ordering::Relaxed),
            res2: self.res2.load(Ordering::Relaxed),
        }
    }
}

/// How many bytes a ring of so many slots takes, header included.
#[must_use]
pub const fn bytes_for(slots: u32) -> usize {
    // Saturating, for where a `usize` has 32 bits: no memory is that long.
    (slots as usize)
        .saturating_mul(size_of::<Slot>())
        .saturating_add(size_of::<Header>())
}

/// The index that follows `index` in a ring of `nr` slots. Less than `nr` if `index` is.
#[inline]
pub(crate) const fn next(index: u32, nr: u32) -> u32 {
    // Does not overflow: `index` < `nr`.
    let next = index + 1;
    if next == nr { 0 } else { next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::offset_of;

    #[test]
    fn as_linux_has_it() {
        assert_eq!(size_of::<Header>(), HEADER_LENGTH as usize);
        assert_eq!(offset_of!(Header, id), 0);
        assert_eq!(offset_of!(Header, nr), 4);
        assert_eq!(offset_of!(Header, head), 8);
        assert_eq!(offset_of!(Header, tail), 12);
        assert_eq!(offset_of!(Header, magic), 16);
        assert_eq!(offset_of!(Header, compat_features), 20);
        assert_eq!(offset_of!(Header, incompat_features), 24);
        assert_eq!(offset_of!(Header, header_length), 28);

        assert_eq!(size_of::<Slot>(), 32);
        assert_eq!(size_of::<Slot>(), size_of::<Event>());
        assert_eq!(offset_of!(Slot, data), 0);
        assert_eq!(offset_of!(Slot, obj), 8);
        assert_eq!(offset_of!(Slot, res), 16);
        assert_eq!(offset_of!(Slot, res2), 24);
    }

    #[test]
    fn sizes() {
        assert_eq!(bytes_for(2), 96);
        assert_eq!(bytes_for(8), 288);
        // What Linux 6.18 makes of 128 requests asked for: three pages.
        assert_eq!(bytes_for(383), 3 * 4096);
    }

    #[test]
    fn indices_wrap() {
        assert_eq!(next(0, 2), 1);
        assert_eq!(next(1, 2), 0);
        assert_eq!(next(u32::MAX - 1, u32::MAX), 0);
    }
}
