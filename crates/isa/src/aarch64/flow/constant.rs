//! The constants that `movz`, `movn`, `movk` and `mov` (`orr` of XZR) write.

use super::operands::{RD, RM, RN};
use crate::Constant;
use crate::aarch64::registers::ZR;
use crate::bits::{bit, field};

/// Returns a constant of the register Rd, whose 32-bit form clears the upper half. Rd is not 31.
fn constant(word: u32, kept: u64, value: u64) -> Option<Constant> {
    let register = field(word, RD + 4, RD);
    let whole = if bit(word, 31) {
        u64::MAX
    } else {
        u32::MAX.into()
    };
    (register != ZR).then_some(Constant {
        register: register as u8,
        kept: kept & whole,
        value: value & whole,
    })
}

/// "Move wide (immediate)"
pub(super) fn move_wide(word: u32) -> Option<Constant> {
    let shift = 16 * field(word, 22, 21);
    let immediate = u64::from(field(word, 20, 5)) << shift;
    match field(word, 30, 29) {
        // `movn`, `movz`, `movk`
        0b00 => constant(word, 0, !immediate),
        0b10 => constant(word, 0, immediate),
        0b11 => constant(word, !(0xffff << shift), immediate),
        _ => None,
    }
}

/// "Logical (immediate)": `mov`, which is `orr` of XZR and a bitmask.
pub(super) fn logical_immediate(word: u32) -> Option<Constant> {
    let is_mov = field(word, 30, 29) == 0b01 && field(word, RN + 4, RN) == ZR;
    constant(word, 0, bitmask(word)?).filter(|_| is_mov)
}

/// "Logical (shifted register)": `mov` of XZR, which is `orr` of XZR and XZR.
pub(super) fn logical_register(word: u32) -> Option<Constant> {
    let is_orr = field(word, 30, 29) == 0b01 && !bit(word, 21);
    let of_zero = field(word, RN + 4, RN) == ZR && field(word, RM + 4, RM) == ZR;
    constant(word, 0, 0).filter(|_| is_orr && of_zero)
}

/// The immediate of C6.2 AND (immediate): `DecodeBitMasks` of N, immr and imms. A run of ones in an
/// element of 2 to 64 bits, rotated, and repeated.
fn bitmask(word: u32) -> Option<u64> {
    let (n, immr, imms) = (
        field(word, 22, 22),
        field(word, 21, 16),
        field(word, 15, 10),
    );
    let length = (n << 6 | (!imms & 0b11_1111)).checked_ilog2()?;
    if length == 0 {
        return None;
    }
    let size = 1 << length;
    let (ones, rotation) = (imms % size + 1, immr % size);
    if ones == size {
        return None;
    }
    let element = (1_u64 << ones) - 1;
    let whole = u64::MAX >> (64 - size);
    let rotated = if rotation == 0 {
        element
    } else {
        (element >> rotation | element << (size - rotation)) & whole
    };
    Some((0..64 / size).fold(0, |mask, index| mask | rotated << (index * size)))
}
