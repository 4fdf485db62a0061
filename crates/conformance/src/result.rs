//! What a step leaves in registers.

use diy::{Access, Register, Through};
use weakmem::View;

/// What a step read, and what depends on that.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Result {
    /// The value that it read.
    pub value: u128,
    /// The view of that.
    pub view: View,
    /// The status of a store-conditional.
    pub status: u64,
    /// The view of what it depends on by a choice only.
    pub pick: View,
}

impl Result {
    /// What the access left in this register, if it is one of its own.
    pub fn register(&self, access: &Access, register: Register) -> Option<u64> {
        let register = Some(register);
        if access.status == register {
            Some(self.status)
        } else if access.result == register {
            Some(self.value as u64)
        } else if access.upper_result == register {
            Some((self.value >> 64) as u64)
        } else {
            None
        }
    }

    /// What a register holds that depends on this.
    pub fn through(self, through: Through) -> Result {
        let (view, pick) = match through.picks() {
            true => (View::NONE, self.view.join(self.pick)),
            false => (self.view, self.pick),
        };
        Result {
            view,
            pick,
            ..Result::default()
        }
    }
}
