//! The register operands of an instruction word.

use crate::Registers;
use crate::aarch64::registers::{self, SP};
use crate::bits::field;

/// The lowest bit of each register field.
pub(super) const RD: u32 = 0;
pub(super) const RT: u32 = 0;
pub(super) const RN: u32 = 5;
pub(super) const RA: u32 = 10;
pub(super) const RT2: u32 = 10;
pub(super) const RM: u32 = 16;
pub(super) const RS: u32 = 16;

/// Returns the general register in the five bits from `low`; 31 is XZR.
pub(super) fn x(word: u32, low: u32) -> Registers {
    registers::x(field(word, low + 4, low) as u8)
}

/// Returns the general register in the five bits from `low`; 31 is SP.
pub(super) fn x_or_sp(word: u32, low: u32) -> Registers {
    let register = x(word, low);
    if register.is_empty() { SP } else { register }
}

/// Returns the vector register in the five bits from `low`.
pub(super) fn v(word: u32, low: u32) -> Registers {
    registers::v(field(word, low + 4, low) as u8)
}

/// Returns `count` vector registers, beginning with that in the five bits from `low`.
pub(super) fn v_list(word: u32, low: u32, count: u8) -> Registers {
    let first = field(word, low + 4, low) as u8;
    (0..count)
        .map(|index| registers::v(first + index))
        .fold(Registers::NONE, Registers::union)
}
