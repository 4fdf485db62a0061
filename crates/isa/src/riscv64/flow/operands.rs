//! The registers that a number means as an operand.

use crate::Registers;

/// The integer register `number`.
pub(super) fn x(number: u32) -> Registers {
    match number & 31 {
        0 => Registers::NONE,
        number => Registers::one(number as u8),
    }
}

/// The floating-point register `number`.
pub(super) fn f(number: u32) -> Registers {
    Registers::one(64 + (number & 31) as u8)
}
