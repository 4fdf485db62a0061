//! The value with which a compare-and-swap compares, if the instructions before it make it constant.

use crate::{Compare, Flow, Registers};

impl Compare {
    /// Returns the value that memory is compared with, if it is a constant.
    ///
    /// `before` are the flows of the instructions that were executed one after another before the
    /// compare-and-swap, as many as are known. The result has no bits beyond the size of the
    /// access.
    #[must_use]
    pub fn expected(&self, before: &[Flow]) -> Option<u128> {
        let bytes = u32::from(if self.pair { self.size / 2 } else { self.size });
        let wanted = u64::MAX >> (64 - 8 * bytes);
        let mut expected = 0;
        for (half, number) in (0..).zip(self.registers.numbers()) {
            let value = register_bits(number, wanted, before)?;
            expected |= u128::from(value) << (half * 8 * bytes);
        }
        Some(expected)
    }
}

/// Returns the bits `wanted` of register `number` after the instructions `before`, if all of them
/// are constant.
fn register_bits(number: u8, wanted: u64, before: &[Flow]) -> Option<u64> {
    let register = Registers::one(number);
    let (mut rest, mut bits) = (wanted, 0);
    for flow in before.iter().rev() {
        if flow.written().both(register).is_empty() {
            continue;
        }
        let constant = flow.constant.filter(|it| it.register == number)?;
        bits |= constant.value & rest;
        rest &= constant.kept;
        if rest == 0 {
            return Some(bits);
        }
    }
    None
}
