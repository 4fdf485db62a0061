//! The race in Linux's AIO ring: as a guest, as a matrix of runs, and as machine code.
//!
//! In: variants of the ring, targets and seeds. Out: how many seeds gave a stale event, whether that is
//! as the architectures say, and what orders the ring's accesses in the guest's machine code. It must
//! never know how a run is shown or explained, or the memory model's inside.
//!
//! | module | concept |
//! |---|---|
//! | [`scenario`], [`variant`] | the race as a guest: its options and its answer; names of its variants |
//! | [`cell`], [`request`], [`plan`] | what is to be run: a cell of the matrix, all of them, and their limits |
//! | [`runner`], [`row`], [`verdict`] | running it; the result of a cell; the verdict on all of them |
//! | [`seeds`], [`result_files`], [`merge`] | ranges of seeds; results as files; several results as one |
//! | [`machine_code`], [`order`] | the machine code of a function; what orders the event and the tail in it |
//! | [`litmus_test`], [`mod@source`] | the litmus test that this code is; the lines of source behind it |
//! | [`error`] | what can go wrong |
#![forbid(unsafe_code)]

pub mod cell;
pub mod error;
pub mod litmus_test;
pub mod machine_code;
pub mod merge;
pub mod order;
pub mod plan;
pub mod request;
pub mod result_files;
pub mod row;
pub mod runner;
pub mod scenario;
pub mod seeds;
pub mod source;
pub mod variant;
pub mod verdict;
