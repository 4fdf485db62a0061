//! What can be broken in the translation of a test, to see which test notices.

use crate::order::Swap;
use crate::rule::Rule;

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// Nothing.
    None,
    /// Nothing; and stores are promised too that the program itself keeps after what they would overtake, so
    /// that the machine alone has to say so.
    EveryPromise,
    /// A rule is left out.
    Without(Rule),
    /// A step makes two of its calls in the wrong order.
    Swapped(Swap),
}
