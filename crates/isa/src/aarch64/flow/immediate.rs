//! Flow of C4.1 "Data Processing -- Immediate".

use super::constant;
use super::operands::{RD, RM, RN, x, x_or_sp};
use super::shapes::compute;
use crate::aarch64::registers::NZCV;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

pub(super) fn flow(word: u32) -> Option<Flow> {
    let is_64_bit = bit(word, 31);
    match field(word, 25, 23) {
        // "PC-rel. addressing": `adr`, `adrp`.
        0b000 | 0b001 => Some(compute(x(word, RD), Registers::NONE)),
        // "Add/subtract (immediate)"
        0b010 => Some(if bit(word, 29) {
            compute(x(word, RD) | NZCV, x_or_sp(word, RN))
        } else {
            compute(x_or_sp(word, RD), x_or_sp(word, RN))
        }),
        _ if !is_64_bit && bit(word, 22) => None,
        // "Logical (immediate)"
        0b100 => Some(if field(word, 30, 29) == 0b11 {
            compute(x(word, RD) | NZCV, x(word, RN))
        } else {
            Flow {
                constant: constant::logical_immediate(word),
                ..compute(x_or_sp(word, RD), x(word, RN))
            }
        }),
        // "Move wide (immediate)"
        0b101 => match field(word, 30, 29) {
            // `movn`, `movz`
            0b00 | 0b10 => Some(Flow {
                constant: constant::move_wide(word),
                ..compute(x(word, RD), Registers::NONE)
            }),
            // `movk` keeps the other bits.
            0b11 => Some(Flow {
                constant: constant::move_wide(word),
                ..compute(x(word, RD), x(word, RD))
            }),
            _ => None,
        },
        _ if is_64_bit != bit(word, 22) => None,
        // "Bitfield"
        0b110 => match field(word, 30, 29) {
            // `sbfm`, `ubfm`
            0b00 | 0b10 => Some(compute(x(word, RD), x(word, RN))),
            // `bfm` keeps the other bits.
            0b01 => Some(compute(x(word, RD), x(word, RN) | x(word, RD))),
            _ => None,
        },
        // "Extract": `extr`.
        0b111 => Some(compute(x(word, RD), x(word, RN) | x(word, RM))),
        _ => None,
    }
}
