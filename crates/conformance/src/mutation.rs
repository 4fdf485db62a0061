//! What can be broken in the translation of a test, to see which test notices.

use crate::order::Swap;
use crate::rule::Rule;

/// The outcome of a run in which a promise was broken, with [`Mutation::Independent`].
pub const BROKEN: &str = "a promise was broken";

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// Nothing.
    None,
    /// Nothing; and stores are promised too that the program itself keeps after what they would overtake, so
    /// that the machine alone has to say so.
    EveryPromise,
    /// Nothing; but only stores are promised that depend on nothing that their processor has still to load
    /// (`weakmem::Machine::look_ahead`). A broken promise is an outcome, [`BROKEN`].
    Independent,
    /// A rule is left out.
    Without(Rule),
    /// A step makes two of its calls in the wrong order.
    Swapped(Swap),
}
