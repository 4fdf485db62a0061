//! The completion ring of Linux AIO, laid over memory that the caller gives.
//!
//! The ring is a page-backed array of events behind a header of 32 bytes, `struct aio_ring` of
//! Linux's `fs/aio.c`. One side completes requests and puts an [`Event`] into the ring
//! ([`Producer::complete`], the kernel's `aio_complete`); the other takes it out
//! ([`Consumer::read_evt`], the kernel's `aio_read_evt`). `head` and `tail` run from 0 to
//! `nr - 1`; the ring is empty where they are equal, so `nr - 1` of its `nr` slots can be in use.
//!
//! Nothing here allocates, and no thread ever waits for another one.
//!
//! # The orderings
//!
//! The ring is written once, generic over [`Orderings`]: how its two indices are loaded and
//! stored. This crate has two choices, both right: [`Release`] says it in the terms of Rust's
//! memory model, [`Wmb`] in those of the kernel's barriers. Any other choice takes an
//! `unsafe impl`.
//!
//! Two things must hold, and each is a litmus test:
//!
//! * **MP, message passing.** Who sees the new tail sees the event that it announces. The
//!   producer stores event, then tail; the consumer loads tail, then event. Where either pair is
//!   not ordered, the consumer takes a stale event: what the slot held before.
//! * **LB, load buffering.** A slot is not filled again while its event is being read. The
//!   consumer loads the event, then stores head; the producer loads head, then stores the next
//!   event into the slot. Where neither pair is ordered, the consumer takes an event from the
//!   future, or a mixture of two.
//!
//! Each half keeps the other's index as it last saw it and looks again only when, going by it, the
//! ring is empty or full. One load of the tail so precedes the loads of all the events that it
//! announces, and one load of the head the stores into all the slots that it gives back. What is
//! kept is never ahead of the truth, so neither an event nor a free slot is made up. To look each
//! time would move a cache line between the two sides for each event.
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
//! A ring can be [attached to](Ring::attach) memory that was laid out by somebody else, say by
//! the kernel or by another process, and they may write anything there. Each half therefore keeps
//! its own index and the number of slots to itself and never reads them back. Only the *other*
//! side's index is taken from memory, and an index out of range announces nothing: the half that
//! looks at it finds the ring empty or full. What the events say is for the caller to judge.

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
