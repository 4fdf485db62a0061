//! Generates litmus tests from cycles of relations, as diy7 does and with its names.
//!
//! In: a cycle (`PodWW Rfe PodRR Fre`), a name (`MP+dmb.sy+addr`), or the steps of a test. Out: a
//! [`Test`]: program, condition, text. Never knows: which outcomes are allowed.
//!
//! A litmus test asks whether a few processors may see a few memory accesses in an order that no
//! interleaving gives. Such an order is a cycle: `PodWW Rfe PodRR Fre` says that one processor
//! writes two locations, and that another one reads the second write (`Rfe`) and then misses the
//! first (`Fre`). [`Cycle::parse`] parses such a line, [`Cycle::test`] writes its program, and
//! [`from_name`] does both for a name.
//!
//! The names are those of Alglave, Maranget and Tautschnig, "Herding cats" (TOPLAS 2014). Cycles are
//! limited to accesses of four bytes, and have no exclusives and no read-modify-write but x86's
//! `xchg`. Other tests are made from [`Step`]s, such as those of [`by_hand()`].
#![forbid(unsafe_code)]

mod build;
mod by_hand;
mod cycle;
mod error;
mod family;
mod fence;
mod grammar;
mod location;
mod name;
mod parse;
mod processor;
mod register;
mod relation;
mod step;
mod test;
mod text;

pub use arch::{Arch, Pairs};
pub use by_hand::{by_hand, by_hand_named};
pub use cycle::Cycle;
pub use error::Error;
pub use family::{FAMILIES, Family};
pub use fence::Fence;
pub use location::location_name;
pub use name::{cycle_from_name, from_name};
pub use processor::Processor;
pub use register::Register;
pub use relation::{Annotation, Communication, Dependency, Direction, Kind, Relation};
pub use step::{Access, Acquire, Operation, Order, Release, Status, Step, Through, Value};
pub use test::{Observable, Test};
