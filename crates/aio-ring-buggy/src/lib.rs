//! The completion ring with one ordering weakened per variant.
//!
//! A variant is a choice of [`Orderings`] for the ring of [`aio_ring`], under a name. Two are
//! sound and come from there; the others each weaken one ordering and leave every other as it is
//! in a sound one. [`Variant`] is the table of them all: what lists, parses or explains variants
//! takes it from there.
//!
//! | variant | type | sound |
//! |---|---|---|
//! | `release` | [`Release`] | yes |
//! | `wmb` | [`Wmb`] | yes |
//! | `relaxed-tail` | [`RelaxedTail`] | no |
//! | `barrier-only` | [`BarrierOnly`] | no |
//! | `relaxed-reader` | [`RelaxedReader`] | no |
//!
//! The unsound ones deliver stale events on weakly ordered machines. Nothing worse: the ring
//! moves plain integers in atomics, so there is no undefined behaviour. But never let an event of
//! theirs carry a pointer.
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
mod relaxed_reader;
mod relaxed_tail;
mod variant;

pub use aio_ring::{
    Consumer, Event, Full, LayoutError, Orderings, Producer, Release, Ring, Wmb, bytes_for,
};
pub use barrier_only::BarrierOnly;
pub use relaxed_reader::RelaxedReader;
pub use relaxed_tail::RelaxedTail;
pub use variant::{UnknownVariant, Variant};
