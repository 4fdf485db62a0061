//! Explains why a run failed: which accesses were reordered, and how that is shown.
//!
//! In: a [`Trace`](overtake_report::trace::Trace) of accesses; a [`Story`] that the caller tells of a
//! cycle. Out: the cycles that no interleaving gives ([`find()`]); the story as text, picture or page
//! ([`render`]). Never knows: QEMU, debug information, instruction bytes; it does no I/O.
//!
//! A [`Story`] is a cycle in the words of a program: instructions, source lines, names of memory.
#![forbid(unsafe_code)]

mod cycle;
mod find;
pub mod race;
pub mod render;
mod story;

pub use cycle::{Cycle, Edge, Link, Reordering};
pub use find::find;
pub use story::*;
