//! The memory models of four architectures, as one machine that runs. In: the calls that each
//! instruction of each thread makes ([`Step`], [`Call`]), and the choices of a [`Strategy`]. Out:
//! what memory must hold for the thread that runs ([`Driver`]), and what was overtaken or stale.
//!
//! A [`Machine`] holds the *committed* memory, and for each thread a *store buffer* of stores that
//! this thread has made and no other thread sees yet, and the committed writes that it has not
//! *seen*: there it reads stale values. A store becomes visible when it is *committed*, to all
//! other threads at once (multi-copy atomic); on Power it *arrives* at each of them from then on.
//! The [`Rules`] of the architecture say which pending
//! stores may commit next, and what makes a thread see a write; a [`Strategy`] chooses among what
//! is left. The [`View`] of an access, a register or a thread is what it is ordered after.
//!
//! A store may also be committed before its thread makes it: a [`Promise`].
//!
//! It is a hybrid: store buffers delay stores, with timestamps given when they are committed; for
//! loads, each thread, register and pending store has a [`View`], as in Promising-ARM/RISC-V
//! (Pulte, Pichon-Pharabod, Kang, Lee, Hur, PLDI 2019). No paper vouches for the mixture; so it is
//! compared with herd7's verdicts, exhaustively (`crates/conformance`).
//!
//! The crate is pure: no I/O, no `unsafe`, nothing of QEMU, rings or instruction bytes. Whoever
//! drives it makes the calls of [`Call::IN_ORDER`] for each instruction, in each thread's program
//! order.
//!
//! # Limits
//!
//! Each of these makes memory *stronger* than the architecture: it hides bugs, and never raises a
//! false alarm. `tests/exhaustive/limits.rs` asserts today's answer for each, so that a change announces
//! itself.
//!
//! - A store is early (load buffering, LB) only if it was promised ([`Promise`]). Loads between the promise and the
//!   store do not see what other threads store to the rest of its words, nor to the blocks of 16 bytes that it guards.
//!   What comes after an atomic is never early before it.
//! - Whether a value is stale, and how old it is, is tracked by words of 4 bytes: neighbours in a
//!   word order each other.
//! - The write of an atomic becomes visible before another thread's atomic starts, whatever its
//!   location. On RISC-V it becomes visible at once, and so does that of a store-conditional.
//! - A compare-and-swap that is both acquire and release is a full fence, though it fails.
#![forbid(unsafe_code)]

mod access;
mod ahead;
mod buffer;
mod driver;
mod forward;
mod guards;
mod held;
mod ids;
mod image;
mod late;
mod machine;
mod order;
mod promise;
mod reservation;
mod rules;
mod stale;
mod step;
mod strategy;
mod thread;
mod unseen;
mod view;

pub use access::{Load, Store};
pub use ahead::Ahead;
pub use buffer::{MAX_ACCESS, StoreBuffer};
pub use driver::Driver;
pub use guards::Guards;
pub use ids::{StoreId, ThreadId};
pub use image::{GRANULE, Image, PAGE_SIZE};
pub use machine::{Call, Counters, Execution, Machine};
pub use order::StoreOrder;
pub use promise::{Before, Breach, Broken, EarlyStore, Promise, Refusal};
pub use reservation::Reservation;
pub use rules::Rules;
pub use step::{Access, Acquire, Kind, Memory, Step};
pub use strategy::{LONGEST_DELAY, Pct, Progress, Quantum, Stop, Strategy, Uniform};
pub use view::{Timestamp, View};
