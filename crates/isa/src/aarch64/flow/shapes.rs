//! Constructors for the usual flows: a computation, and one access to memory.

use crate::aarch64::registers::{FPCR, FPSR};
use crate::{Flow, Registers};

/// A computation of `computed` from `data`.
pub(super) const fn compute(computed: Registers, data: Registers) -> Flow {
    Flow {
        computed,
        data,
        ..Flow::NONE
    }
}

/// A computation of `computed` from `data` and FPCR, which adds to the flags in FPSR.
pub(super) const fn compute_float(computed: Registers, data: Registers) -> Flow {
    Flow {
        accumulated: FPSR,
        ..compute(computed, data.union(FPCR))
    }
}

/// One access at `address`: a load into `registers`, or a store of them.
pub(super) fn transfer(load: bool, address: Registers, registers: Registers) -> Flow {
    let flow = Flow {
        load,
        store: !load,
        address,
        ..Flow::NONE
    };
    if load {
        Flow {
            loaded: registers,
            ..flow
        }
    } else {
        Flow {
            data: registers,
            ..flow
        }
    }
}
