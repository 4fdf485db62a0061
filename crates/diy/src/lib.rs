//! Litmus tests made from cycles of relations, in the names that diy7 uses.
//!
//! A litmus test asks whether a few processors may see a few memory accesses in an order that no
//! interleaving gives. Such an order is a cycle: `PodWW Rfe PodRR Fre` says that a processor
//! writes two locations, that another one reads the second write (`Rfe`), and then does not see
//! the first one (`Fre`). [`Cycle`] reads such a line, [`Cycle::test`] makes the program from it,
//! and [`from_name`] does so from a name like `MP+dmb.sy+addr`.
//!
//! The names are those of Alglave, Maranget and Tautschnig, "Herding cats" (TOPLAS 2014). Limits:
//! accesses of four bytes, no exclusives, no read-modify-write but x86's `xchg`. A [`Test`] with
//! more than that is made from [`Step`]s; [`by_hand`] has some.
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
pub use by_hand::by_hand;
pub use cycle::Cycle;
pub use error::Error;
pub use family::{FAMILIES, Family};
pub use fence::Fence;
pub use location::location_name;
pub use name::{cycle_from_name, from_name};
pub use processor::Processor;
pub use register::Register;
pub use relation::{Annotation, Communication, Dependency, Direction, Kind, Relation};
pub use step::{Access, Acquire, Operation, Order, Release, Status, Step, Value};
pub use test::{Observable, Test};
