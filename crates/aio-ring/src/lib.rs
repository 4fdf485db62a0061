//! The completion ring of Linux AIO, laid out in memory that the caller provides.
//!
//! In: memory, and events from the producer. Out: the same events, in order, to the consumer. Never
//! knows: a wrong ordering (see `aio-ring-buggy`), QEMU. It does not allocate, and no thread ever
//! waits for another one.
//!
//! The ring is an array of events behind a header of 32 bytes, `struct aio_ring` of Linux's
//! `fs/aio.c`. One side completes requests and puts an [`Event`] into the ring
//! ([`Producer::complete`], the kernel's `aio_complete`); the other takes it out
//! ([`Consumer::read_evt`], the kernel's `aio_read_evt`). `head` and `tail` run from 0 to
//! `nr - 1`. The ring is empty if they are equal, so at most `nr - 1` of its `nr` slots are in use.
//!
//! # The orderings
//!
//! The ring is generic over [`Orderings`]: how its two indices are loaded and stored. This crate has
//! two correct choices: [`Release`] uses the orderings of Rust's memory model, [`Wmb`] the kernel's
//! barriers. Any other choice takes an `unsafe impl`.
//!
//! Two things must hold, and each is a litmus test:
//!
//! * **MP, message passing.** A consumer that sees the new tail sees the event that it announces. The
//!   producer stores event, then tail; the consumer loads tail, then event. If either pair is not
//!   ordered, the consumer takes a stale event: the previous content of the slot.
//! * **LB, load buffering.** A slot is not filled again while its event is being read. The consumer
//!   loads the event, then stores head; the producer loads head, then stores the next event into
//!   the slot. If neither pair is ordered, the consumer takes a later event, or a mixture of two.
//!
//! Each half caches the other's index, and loads it again only if the ring is empty or full by the
//! cached value. So one load of the tail precedes the loads of all events that it announces, and one
//! load of the head precedes the stores into all slots that it frees. A cached index is never ahead
//! of the real one, so no half sees an event or a free slot that does not exist. Loading the index
//! each time would move a cache line between the two sides for each event.
//!
//! # Example
//!
//! ```
//! use aio_ring::{Event, Release, Ring, bytes_for};
//! use core::mem::MaybeUninit;
//!
//! #[repr(align(4096))]
//! struct Page([MaybeUninit<u8>; 4096]);
//!
//! let mut page = Page([MaybeUninit::uninit(); 4096]);
//! assert!(bytes_for(8) <= page.0.len());
//!
//! let ring: Ring<'_, Release> = Ring::new(&mut page.0, 8)?;
//! let (mut producer, mut consumer) = ring.split();
//! std::thread::scope(|scope| {
//!     scope.spawn(move || {
//!         for k in 1..=100 {
//!             let event = Event { data: k, obj: k, res: 0, res2: 0 };
//!             while producer.complete(event).is_err() {
//!                 std::hint::spin_loop();
//!             }
//!         }
//!     });
//!     for k in 1..=100 {
//!         let event = loop {
//!             if let Some(event) = consumer.read_evt() {
//!                 break event;
//!             }
//!         };
//!         assert_eq!(event.data, k);
//!     }
//! });
//! # Ok::<(), aio_ring::LayoutError>(())
//! ```
//!
//! # Memory that others write to
//!
//! A ring can be [attached to](Ring::attach) memory that the kernel or another process has laid out,
//! and they may write anything there. So each half keeps its own index and the number of slots
//! private and never reads them back. It reads only the *other* side's index from memory. An index
//! out of range announces nothing: the half that loads it treats the ring as empty or full. The
//! contents of events are for the caller to check.

#![no_std]
#![warn(missing_debug_implementations, clippy::pedantic)]

pub mod barrier;

mod consumer;
mod error;
mod layout;
mod memory;
mod orderings;
mod producer;
mod ring;

pub use consumer::Consumer;
pub use error::{Full, LayoutError};
pub use layout::{Event, bytes_for};
pub use orderings::{Orderings, Release, Wmb};
pub use producer::Producer;
pub use ring::Ring;
