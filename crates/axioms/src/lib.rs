//! Which final states of a litmus test an architecture allows, by its axioms.
//!
//! Every way in which the reads of a test could read its writes, and in which the writes to each
//! location could be ordered, is a candidate execution. [`outcomes`] keeps those that the
//! axioms of the architecture allow, and says how they end. The axioms stand in one file an
//! architecture, each rule with its source.
//!
//! Limits: up to 64 reads and writes, no branch that skips an access, no mixed sizes on Power. An
//! atomic whose result nobody reads (`stadd`) counts as one whose result is read. A dependency
//! through the status of a store-conditional, or through which value a compare-and-swap met, is
//! not known.
#![forbid(unsafe_code)]

mod aarch64;
mod candidates;
mod cell;
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
