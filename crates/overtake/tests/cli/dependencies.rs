//! `overtake litmus`: dependencies through registers that no operand names, and AArch64's pick
//! dependencies.
//!
//! In each test thread 0 stores to `x`, then, after a fence, to `y`. Thread 1 loads `y`, and then
//! `x`. What stands between its loads either orders them, so that 1 in `y` and 0 in `x` is
//! forbidden, or does not.

mod implicit;
mod picks;
mod reads;
mod side;

use crate::support::test::Test;

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    implicit::tests()
        .into_iter()
        .chain(picks::tests())
        .chain(reads::tests())
        .collect()
}
