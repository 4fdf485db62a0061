//! Constructors for the usual flows.

use crate::{Flow, Registers};

/// A load from `address` into `loaded`.
pub(super) fn load(address: Registers, loaded: Registers) -> Flow {
    Flow {
        load: true,
        address,
        loaded,
        ..Flow::NONE
    }
}

/// A store of `data` to `address`.
pub(super) fn store(address: Registers, data: Registers) -> Flow {
    Flow {
        store: true,
        address,
        data,
        ..Flow::NONE
    }
}

/// A computation of `computed` from `data`.
pub(super) fn compute(data: Registers, computed: Registers) -> Flow {
    Flow {
        data,
        computed,
        ..Flow::NONE
    }
}

/// A branch that reads `data`, and writes `link` with what no register determines.
pub(super) fn branch(data: Registers, link: Registers) -> Flow {
    Flow {
        branch: true,
        second: link,
        ..compute(data, Registers::NONE)
    }
}
