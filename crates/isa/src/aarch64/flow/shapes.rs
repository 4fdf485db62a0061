//! Flows of the usual shapes: a result made from operands, one access to memory.

use crate::{Flow, Registers};

/// `computed` from `data`.
pub(super) const fn compute(computed: Registers, data: Registers) -> Flow {
    Flow {
        computed,
        data,
        ..Flow::NONE
    }
}

/// One access at `address`: a load of `registers`, or a store of them.
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
