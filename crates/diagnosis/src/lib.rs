//! Says why a program fails under weak memory, and which of its orderings are needed.
//!
//! In: a program or the ring, what counts as a failure, seeds or a recorded schedule. Out: the fewest
//! choices that still fail, the accesses out of order as a story, cures that were tried, an audit of its
//! orderings. It must never know the memory model's inside, or how a result is shown.
//!
//! | module | concept |
//! |---|---|
//! | [`subject`], [`setup`] | what is run, and all that it takes |
//! | [`failure`], [`trial`] | how a run is known to have failed; one run |
//! | [`recording`] | schedules as files: what they were made for, and whether they fit |
//! | [`search`], [`minimise`] | a run that fails; the fewest choices that still fail |
//! | [`explain`], [`cure`], [`story`] | why it fails: the cycle, what would have prevented it, in words |
//! | [`code`], [`location`] | what stands at an address: code, memory |
//! | [`audit`], [`ordering`] | which orderings are needed; those that a run went through |
//! | [`error`] | what can go wrong |
#![forbid(unsafe_code)]

pub mod audit;
pub mod code;
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
