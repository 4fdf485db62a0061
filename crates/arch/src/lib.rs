//! The two notions that every crate shares: an architecture, and the pairs of accesses that an
//! instruction keeps in order.
//!
//! In: nothing. Out: [`Arch`] and [`Pairs`]. A leaf: it knows no instruction, no rule and no file.
#![forbid(unsafe_code)]

mod name;
mod pairs;

pub use name::Arch;
pub use pairs::Pairs;
