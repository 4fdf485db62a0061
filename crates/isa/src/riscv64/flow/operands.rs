//! Registers by the number in an operand field.

use crate::Registers;

/// Returns the integer register `number`, or nothing for x0.
pub(super) fn x(number: u32) -> Registers {
    match number & 31 {
        0 => Registers::NONE,
        number => Registers::one(number as u8),
    }
}

/// Returns the floating-point register `number`.
pub(super) fn f(number: u32) -> Registers {
    Registers::one(64 + (number & 31) as u8)
}
