//! Runs litmus tests as guests, and compares their outcomes with what the architectures allow.
//!
//! In: litmus tests (files, or the project's own suite), seeds, verdicts. Out: how often each final state
//! was reached, which of them are forbidden, and which allowed ones are missing; without a guest, what the
//! axioms and overtake's model say of a test. It must never know how a result is shown, or what the ring is.
//!
//! | module | concept |
//! |---|---|
//! | [`task`], [`series`] | a test to run, and one that ran; how tests are run |
//! | [`assemble`], [`guest`] | a test as machine code; a test as a guest |
//! | [`runner`] | every test with every seed |
//! | [`suite`] | the project's own tests, and a selection of them |
//! | [`verdicts`], [`tally`] | what architectures say of tests; outcomes compared with that |
//! | [`models`] | what the models say of a test, without a guest |
//! | [`error`] | what can go wrong |
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
