//! Litmus tests: the format, the assembly that runs a test, and what final states mean.
//!
//! In: the text of a test; the words that a guest wrote after running it. Out: the test
//! ([`Test::parse`]), a function for each processor in GNU assembly ([`Test::assembly`]), the
//! [`plan`] that a guest runs them by, and a [`Histogram`] of final states. Never knows: how a
//! test is run, which outcomes a model allows; it starts nothing and reads no files.
//!
//! The format is that of herdtools7 (`.litmus`), as its manual describes it, for the assembly
//! languages AArch64, PPC, RISCV and X86_64.
//!
//! # Limits
//!
//! A test runs inside a process, so instructions that would leave it are refused: calls, returns,
//! system calls, branches to anything but a label, uses of the stack pointer, assembler
//! directives. Arrays, page tables, code as data and vector registers as results are not
//! supported.
#![forbid(unsafe_code)]

mod abi;
mod assembly;
mod condition;
mod error;
mod histogram;
mod instruction;
mod parse;
pub mod plan;
mod source;
mod state;
mod test;
mod value;

pub use abi::Register;
pub use arch::Arch;
pub use assembly::{Assembly, entry};
pub use condition::{Condition, Proposition, Quantifier};
pub use error::{Error, Position};
pub use histogram::{Histogram, Outcome};
pub use plan::Raw;
pub use state::{Observable, Place, canonical};
pub use test::{Location, Processor, Test};
pub use value::{Type, Value};
