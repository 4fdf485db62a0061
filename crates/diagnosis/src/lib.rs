//! Explains why a program fails under weak memory, and which of its orderings are needed.
//!
//! In: a program or the ring, what counts as a failure, seeds or a recorded schedule. Out: a minimised
//! schedule that still fails, a story of the reordered accesses, tested cures, an audit of the orderings. It
//! must never know how the memory model works, or how a result is shown.
//!
//! | module | concept |
//! |---|---|
//! | [`subject`], [`setup`] | what to run; the QEMU, plugin and options to run it with |
//! | [`failure`], [`trial`] | what counts as a failure; one run |
//! | [`recording`] | schedule files: what they were recorded from, and whether they fit |
//! | [`search`], [`minimise`], [`attempts`] | finds a failing run; minimises its schedule; the runs for that |
//! | [`cost`] | the budget of processor time, and what was spent on what |
//! | [`explain`], [`cure`], [`story`] | why it fails: the cycle, what would have prevented it, in words |
//! | [`code`], [`location`] | what is at an address: code, memory |
//! | [`audit`], [`ordering`] | which orderings are needed; those that a run executed |
//! | [`error`] | the errors |
#![forbid(unsafe_code)]

pub mod attempts;
pub mod audit;
pub mod code;
pub mod cost;
pub mod cure;
pub mod error;
pub mod explain;
pub mod failure;
pub mod location;
pub mod minimise;
pub mod ordering;
pub mod recording;
pub mod search;
pub mod setup;
pub mod story;
pub mod subject;
pub mod trial;
