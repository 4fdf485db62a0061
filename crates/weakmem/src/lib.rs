//! Operational models of weak memory, one engine for four architectures.
//!
//! A [`Machine`] holds the *committed* memory, which every thread sees, and for each thread a
//! *store buffer* of stores that this thread has made and no other thread sees yet. A store
//! becomes visible when it is *committed*, to all other threads at once (multi-copy atomic). The
//! model says which pending stores may commit next ([`Machine::may_commit`]); a [`Strategy`]
//! chooses among them.
//!
//! The crate is pure: no I/O, no `unsafe`, nothing of QEMU, rings or instruction bytes. Whoever
//! drives it makes one call for each access or fence, in each thread's program order.
//!
//! # Limits
//!
//! Each of these makes memory *stronger* than the architecture: it hides bugs, and never raises a
//! false alarm. `tests/exhaustive/limits.rs` asserts today's answer for each, so that a change announces
//! itself.
//!
//! - Loads run in program order: no load→load reordering (MP with a relaxed reader is not seen).
//! - A store never runs before an earlier load: no load buffering (LB).
//! - Stores become visible to all other threads at once: IRIW and WRC on Power are not seen.
//! - An atomic read-modify-write or store-conditional is visible at once: it is never delayed
//!   past a later load.
#![forbid(unsafe_code)]

mod buffer;
mod image;
mod machine;
mod order;
mod reservation;
mod strategy;

pub use buffer::{MAX_ACCESS, StoreBuffer};
pub use image::{Image, PAGE_SIZE};
pub use machine::{Counters, Machine, ThreadId};
pub use order::{Fence, StoreOrder};
pub use reservation::Reservation;
pub use strategy::{LONGEST_LIFE, Quantum, Strategy, Uniform};
