//! A ring before it is split into its halves.

use core::fmt;
use core::marker::PhantomData;
use core::mem::{MaybeUninit, size_of};
use core::ptr::NonNull;
use core::slice;
use core::sync::atomic::Ordering;

use crate::layout::{
    ALIGNMENT, COMPAT_FEATURES, HEADER_LENGTH, Header, INCOMPAT_FEATURES, MAGIC, MIN_SLOTS, Slot,
    bytes_for,
};
use crate::memory::Memory;
use crate::{Consumer, LayoutError, Orderings, Producer};

/// A ring in memory that lives for `'m`.
///
/// [Split](Self::split) it into its producer and its consumer. If the other half belongs to the
/// kernel or to another process, use
/// [`into_producer`](Self::into_producer) or [`into_consumer`](Self::into_consumer).
pub struct Ring<'m, O> {
    memory: Memory<'m>,
    orderings: PhantomData<fn() -> O>,
}

impl<'m, O: Orderings> Ring<'m, O> {
    /// Lays out an empty ring of so many slots in `memory`, which takes
    /// [`bytes_for(slots)`](bytes_for) bytes of it.
    ///
    /// # Errors
    ///
    /// The memory is misaligned or too short, or there are fewer than two slots.
    pub fn new(memory: &'m mut [MaybeUninit<u8>], slots: u32) -> Result<Self, LayoutError> {
        let given = memory.len();
        let start = NonNull::from(memory).cast::<u8>();
        check_place(start, given, slots)?;
        // SAFETY: `check_place` found the memory long enough for the ring, it is writable, and
        // nobody else has it during `'m`.
        unsafe { start.write_bytes(0, bytes_for(slots)) };
        // SAFETY: the memory is aligned and long enough (`check_place`), initialised (just now),
        // and for `'m` only the ring has it.
        let memory = unsafe { lay_over(start, slots) };

        let header = memory.header;
        // Relaxed, all: nobody has seen the ring. How it is given to another thread, spawning
        // one for instance, orders them with what that thread does.
        header.nr.store(slots, Ordering::Relaxed);
        header.magic.store(MAGIC, Ordering::Relaxed);
        header
            .compat_features
            .store(COMPAT_FEATURES, Ordering::Relaxed);
        header
            .incompat_features
            .store(INCOMPAT_FEATURES, Ordering::Relaxed);
        header.header_length.store(HEADER_LENGTH, Ordering::Relaxed);

        Ok(Self {
            memory,
            orderings: PhantomData,
        })
    }

    /// Attaches to a ring that has been laid out already, by the kernel (`io_setup`) or by
    /// [`new`](Self::new).
    ///
    /// The halves continue at the current head and tail.
    ///
    /// A ring has one producer and one consumer: use only a half that nobody else uses. With two of
    /// a kind, events are lost or read twice.
    ///
    /// # Errors
    ///
    /// The memory is misaligned or too short, or what is in it is not a sound ring.
    ///
    /// # Safety
    ///
    /// During `'m`, the `length` bytes at `start` are initialised, readable and writable, and
    /// whoever accesses them, other than through what this function returns, does so by atomic
    /// accesses or from outside of this program, as the kernel and other processes do.
    pub unsafe fn attach(start: NonNull<u8>, length: usize) -> Result<Self, LayoutError> {
        check_place(start, length, MIN_SLOTS)?;
        // SAFETY: the memory is aligned and long enough for the header and two slots
        // (`check_place`); the caller promises the rest.
        let header = unsafe { lay_over(start, MIN_SLOTS) }.header;

        // Relaxed, all: what makes the memory known here, spawning a thread or mapping it for
        // instance, comes after whoever laid the ring out. Head and tail are no exception: the
        // half that uses its own index is the only one that stores it.
        let magic = header.magic.load(Ordering::Relaxed);
        let header_length = header.header_length.load(Ordering::Relaxed);
        let incompat = header.incompat_features.load(Ordering::Relaxed);
        let slots = header.nr.load(Ordering::Relaxed);
        let head = header.head.load(Ordering::Relaxed);
        let tail = header.tail.load(Ordering::Relaxed);

        if magic != MAGIC {
            return Err(LayoutError::BadMagic { found: magic });
        }
        if header_length != HEADER_LENGTH {
            return Err(LayoutError::BadHeaderLength {
                found: header_length,
            });
        }
        if incompat != INCOMPAT_FEATURES {
            return Err(LayoutError::IncompatibleFeatures { found: incompat });
        }
        check_place(start, length, slots)?;
        if head >= slots || tail >= slots {
            return Err(LayoutError::IndexOutOfRange { head, tail, slots });
        }

        // SAFETY: the memory is long enough for so many slots too; the rest is as above.
        let memory = unsafe { lay_over(start, slots) };
        Ok(Self {
            memory,
            orderings: PhantomData,
        })
    }

    /// The producer and the consumer.
    #[must_use]
    pub fn split(self) -> (Producer<'m, O>, Consumer<'m, O>) {
        (Producer::new(self.memory), Consumer::new(self.memory))
    }

    /// The producer; the consumer is elsewhere.
    #[must_use]
    pub fn into_producer(self) -> Producer<'m, O> {
        Producer::new(self.memory)
    }

    /// The consumer; the producer is elsewhere, for instance in the kernel.
    #[must_use]
    pub fn into_consumer(self) -> Consumer<'m, O> {
        Consumer::new(self.memory)
    }

    /// The number of slots. One of them always stays free.
    #[must_use]
    pub fn slots(&self) -> u32 {
        self.memory.nr()
    }
}

impl<O> fmt::Debug for Ring<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("header", self.memory.header)
            .finish_non_exhaustive()
    }
}

/// Is there room for a ring of so many slots?
fn check_place(start: NonNull<u8>, given: usize, slots: u32) -> Result<(), LayoutError> {
    let address = start.addr().get();
    if !address.is_multiple_of(ALIGNMENT) {
        return Err(LayoutError::Misaligned { address });
    }
    if slots < MIN_SLOTS {
        return Err(LayoutError::TooFewSlots { slots });
    }
    let needed = bytes_for(slots);
    if given < needed {
        return Err(LayoutError::TooShort { needed, given });
    }
    Ok(())
}

/// Takes the memory for a ring of so many slots.
///
/// # Safety
///
/// `start` is aligned to [`ALIGNMENT`], and during `'m` the [`bytes_for(slots)`](bytes_for) bytes
/// there are initialised, readable, writable and accessed by atomic accesses only, or from outside
/// of this program.
unsafe fn lay_over<'m>(start: NonNull<u8>, slots: u32) -> Memory<'m> {
    // SAFETY: the header lies at the start of the memory, whose alignment is greater than its
    // own. Its fields are atomics, for which any bytes are a value and which others may change.
    let header = unsafe { start.cast::<Header>().as_ref() };
    // SAFETY: the slots lie behind the header, within the memory, and are aligned, since the
    // header's size is a multiple of their alignment. Their fields are atomics as well.
    let slots = unsafe {
        let first = start.add(size_of::<Header>()).cast::<Slot>();
        slice::from_raw_parts(first.as_ptr(), slots as usize)
    };
    Memory { header, slots }
}
