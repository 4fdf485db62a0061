//! Runs litmus tests as guests, and compares their outcomes with what the architectures allow.
//!
//! In: litmus tests (files, or the project's own suite), seeds, verdicts. Out: how often each final state
//! was reached, which of them are forbidden, and which allowed ones are missing; without a guest, the
//! verdicts of the axioms and of overtake's model on a test. It must never know how a result is shown, or what the ring is.
//!
//! | module | concept |
//! |---|---|
//! | [`task`], [`series`] | a test to run, and one that ran; how to run tests |
//! | [`assemble`], [`guest`] | a test as machine code; a test as a guest |
//! | [`runner`] | runs every test with every seed |
//! | [`suite`] | the project's own tests, and a selection of them |
//! | [`verdicts`], [`tally`] | which outcomes architectures allow; compares outcomes with that |
//! | [`models`] | the verdicts of the models on a test, without a guest |
//! | [`error`] | the errors |
#![forbid(unsafe_code)]

pub mod assemble;
pub mod error;
pub mod guest;
pub mod models;
pub mod runner;
pub mod series;
pub mod suite;
pub mod tally;
pub mod task;
pub mod verdicts;
