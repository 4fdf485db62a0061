//! Why a run failed: which accesses were seen out of order.
//!
//! [`find()`] looks for a cycle in what a run did ([`overtake_report::trace::Trace`]): accesses of a
//! few threads in an order that no interleaving gives. A [`Story`] is such a cycle in words that people know:
//! instructions, source lines, names of memory; it is shown as text, as JSON and as a picture.
//!
//! The crate is pure: no I/O, nothing of QEMU, of debug information or of instruction bytes.
#![forbid(unsafe_code)]

mod cycle;
mod find;
pub mod render;
mod story;

pub use cycle::{Cycle, Edge, Link, Way};
pub use find::find;
pub use story::*;
