//! Constructors for the usual flows.

use super::operands::{FP_STATUS, FPSCR};
use crate::{Flow, Registers};

/// A computation of `computed` from `data`.
pub(super) fn compute(data: Registers, computed: Registers) -> Flow {
    Flow {
        data,
        computed,
        ..Flow::NONE
    }
}

/// A computation of `computed` from `data` and FPSCR's controls, which changes FPSCR's status.
pub(super) fn compute_float(data: Registers, computed: Registers) -> Flow {
    Flow {
        accumulated: FP_STATUS,
        ..compute(data | FPSCR, computed)
    }
}
