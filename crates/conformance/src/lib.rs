//! Runs every litmus test of `diy` on the machine of `weakmem` in every way that an architecture's
//! rules allow. In: a test and the rules. Out: the set of its final states.
//!
//! The tests of this crate compare that set ([`outcomes`]) with herd7's verdicts and the axioms'
//! (`axioms`): an outcome that is missing fails as one too many does. No guest, no emulator, no
//! strategy: what is compared is the model alone, and the order in which the plugin calls it
//! (`weakmem::Call`). [`mutated_outcomes`] breaks one rule, or that order, to show that a test
//! notices.
#![forbid(unsafe_code)]

mod choice;
mod early;
mod explore;
pub mod instruction;
mod memory;
mod mutation;
mod not_reached;
mod order;
mod processor;
mod result;
mod rule;
mod state;
mod without;

pub use explore::{mutated_outcomes, outcomes, outcomes_with_own_pages};
pub use mutation::{BROKEN, Mutation};
pub use not_reached::{BY_PROMISES, NOT_REACHED, NotReached};
pub use order::{Sort, Swap};
pub use rule::Rule;
