//! Litmus tests: small programs for a few processors, with a condition on their final states.
//!
//! The format is that of herdtools7 (`.litmus`), as its manual describes it, for assembly
//! language: AArch64, PPC, RISCV and X86_64. [`Test::parse`] reads a test, [`Test::assembly`]
//! makes a function for each processor of it, in the language of the GNU assembler, [`plan`]
//! says how these functions are to be run, and [`Histogram`] judges what came of it. This crate
//! is pure: it starts nothing and reads no files.
//!
//! # Limits
//!
//! A test runs in a process, so what would leave it is refused: calls, returns, system calls,
//! branches to anything but a label, the stack pointer, assembler directives. Arrays, page
//! tables, code as data and vector registers as results are not supported.
#![forbid(unsafe_code)]

mod abi;
mod assembly;
mod condition;
mod error;
mod facts;
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
pub use error::Error;
pub use histogram::{Histogram, Outcome};
pub use plan::Raw;
pub use state::{Observable, Place, canonical};
pub use test::{Location, Processor, Test};
pub use value::{Type, Value};
