//! Computes which final states of a litmus test an architecture allows, from its axioms.
//!
//! In: a [`diy::Test`]. Out: the [`Outcomes`] that each [`Model`] allows, and the project's [`suite()`]
//! of tests with their verdicts. Never knows: how a machine runs; it does no I/O.
//!
//! A candidate execution is one way in which the reads of a test could read its writes and in which
//! the writes to each location could be ordered. [`outcomes`] enumerates all of them, as herd7 does,
//! keeps those that the axioms of the architecture allow, and collects their final states. The
//! axioms are in one file for each architecture, each rule with its source.
//!
//! Limits: up to 64 reads and writes, no branch that skips an access, no mixed sizes on Power. An
//! atomic without a result register (`stadd`) is treated as one with it. Dependencies through the
//! status of a store-conditional, or through the success of a compare-and-swap, are ignored.
#![forbid(unsafe_code)]

mod aarch64;
mod candidates;
mod cell;
mod dependency;
mod event;
mod execution;
mod matrix;
mod model;
mod ppc;
mod program;
mod riscv;
mod suite;
mod x86_64;

pub use model::{Error, Model, Outcomes, outcomes};
pub use suite::{Entry, SuiteError, Verdicts, suite};
