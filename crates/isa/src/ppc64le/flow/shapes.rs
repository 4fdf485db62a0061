//! The constructor for the usual flow.

use crate::{Flow, Registers};

/// A computation of `computed` from `data`.
pub(super) fn compute(data: Registers, computed: Registers) -> Flow {
    Flow {
        data,
        computed,
        ..Flow::NONE
    }
}
