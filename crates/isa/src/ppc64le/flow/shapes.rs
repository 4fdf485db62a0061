//! The flow of most instructions: a result made from operands.

use crate::{Flow, Registers};

/// `computed` from `data`.
pub(super) fn compute(data: Registers, computed: Registers) -> Flow {
    Flow {
        data,
        computed,
        ..Flow::NONE
    }
}
