//! Variants of the completion ring, each with one ordering weakened, and the table of them.
//!
//! In: the name of a variant. Out: its [`Orderings`] for the ring of [`aio_ring`]. Never knows: memory
//! models, QEMU.
//!
//! A variant is a named choice of orderings. Two are sound and come from [`aio_ring`]. Each of the
//! others weakens one ordering, or those of one side, and leaves the rest as in a sound one. [`Variant`] is the table that
//! everything takes the list of variants from.
//!
//! | variant | type | sound |
//! |---|---|---|
//! | `release` | [`Release`] | yes |
//! | `wmb` | [`Wmb`] | yes |
//! | `relaxed-tail` | [`RelaxedTail`] | no |
//! | `barrier-only` | [`BarrierOnly`] | no |
//! | `relaxed-reader` | [`RelaxedReader`] | no |
//! | `relaxed-head` | [`RelaxedHead`] | no |
//! | `barrier-only-reader` | [`BarrierOnlyReader`] | no |
//!
//! The unsound ones deliver stale events on weakly ordered machines, and nothing worse: the ring moves
//! plain integers in atomics, so there is no undefined behaviour. Never let their events carry
//! pointers.
//!
//! # Example
//!
//! ```
//! use aio_ring_buggy::{BarrierOnly, Event, Ring, Variant};
//! use core::mem::MaybeUninit;
//!
//! #[repr(align(8))]
//! struct Memory([MaybeUninit<u8>; 512]);
//!
//! let mut memory = Memory([MaybeUninit::uninit(); 512]);
//! let ring: Ring<'_, BarrierOnly> = Ring::new(&mut memory.0, 8)?;
//! let (mut producer, mut consumer) = ring.split();
//!
//! // One thread alone always sees its own stores.
//! let event = Event { data: 1, ..Event::default() };
//! producer.complete(event).unwrap();
//! assert_eq!(consumer.read_evt(), Some(event));
//!
//! assert!(!"barrier-only".parse::<Variant>().unwrap().is_sound());
//! # Ok::<(), aio_ring_buggy::LayoutError>(())
//! ```

#![no_std]
#![warn(missing_debug_implementations, clippy::pedantic)]

mod barrier_only;
mod barrier_only_reader;
mod relaxed_head;
mod relaxed_reader;
mod relaxed_tail;
mod variant;

pub use aio_ring::{
    Consumer, Event, Full, LayoutError, Orderings, Producer, Release, Ring, Wmb, bytes_for,
};
pub use barrier_only::BarrierOnly;
pub use barrier_only_reader::BarrierOnlyReader;
pub use relaxed_head::RelaxedHead;
pub use relaxed_reader::RelaxedReader;
pub use relaxed_tail::RelaxedTail;
pub use variant::{UnknownVariant, Variant};
