//! Constants that instructions write to registers, and what a compare-and-swap compares with.

use crate::{Flow, Registers};

/// A constant that an instruction writes into a register, known from its bytes alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Constant {
    /// The number of the register.
    pub register: u8,
    /// The bits of the old value that the new one keeps (`movk`); no bits if the whole register
    /// is constant.
    pub kept: u64,
    /// The other bits of the new value; those in `kept` are zero.
    pub value: u64,
}

/// What a compare-and-swap (AArch64 `cas`, `casp`) compares memory with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Compare {
    /// The registers that hold the expected value, and receive the old one. The lower number holds
    /// the lower half. XZR has no number, and is zero.
    pub registers: Registers,
    /// Whether it compares a pair of registers (`casp`).
    pub pair: bool,
    /// The size of the access, in bytes: 1, 2, 4, 8 or 16. Each register of a pair has half of it.
    pub size: u8,
}

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
