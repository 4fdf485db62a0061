//! Flows of the usual shapes.

use crate::{Flow, Registers};

/// A load of `loaded` from `address`.
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

/// `computed` from `data`.
pub(super) fn compute(data: Registers, computed: Registers) -> Flow {
    Flow {
        data,
        computed,
        ..Flow::NONE
    }
}

/// A branch that reads `data` and writes `computed`, a link register.
pub(super) fn branch(data: Registers, computed: Registers) -> Flow {
    Flow {
        branch: true,
        ..compute(data, computed)
    }
}
