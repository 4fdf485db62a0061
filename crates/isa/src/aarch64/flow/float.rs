//! Flow of C4.1 "Data Processing -- Scalar Floating-Point": conversions, comparisons, arithmetic.

use super::operands::{RA, RD, RM, RN, v, x};
use super::shapes::{compute, compute_float};
use crate::aarch64::registers::NZCV;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// Words with bits 30 = 0 and 28..25 = 1111.
pub(super) fn flow(word: u32) -> Option<Flow> {
    let is_sf = bit(word, 31);
    if bit(word, 29) {
        return None;
    }
    if bit(word, 24) {
        // "Floating-point data-processing (3 source)"
        let operands = v(word, RN) | v(word, RM) | v(word, RA);
        return (!is_sf).then(|| arithmetic(word, operands));
    }
    if !bit(word, 21) {
        return fixed_point(word);
    }
    if field(word, 15, 10) == 0 {
        return integer(word);
    }
    // All others have bit 31 ("M") clear.
    if is_sf {
        return None;
    }
    let both = v(word, RN) | v(word, RM);
    match field(word, 11, 10) {
        // "conditional compare": `fccmp`, `fccmpe`
        0b01 => Some(compute_float(NZCV, both | NZCV)),
        // "data-processing (2 source)"
        0b10 => Some(arithmetic(word, both)),
        // "conditional select": `fcsel`
        0b11 => Some(compute(v(word, RD), both | NZCV)),
        _ if bit(word, 12) => immediate(word),
        _ if bit(word, 13) => compare(word),
        _ if bit(word, 14) => Some(one_source(word)),
        _ => None,
    }
}

/// Computes Vd from `operands`, and from Vd, because FPCR.NEP may keep its upper elements.
fn arithmetic(word: u32, operands: Registers) -> Flow {
    compute_float(v(word, RD), operands | v(word, RD))
}

/// "Floating-point data-processing (1 source)"
fn one_source(word: u32) -> Flow {
    let is_move = field(word, 20, 15) == 0;
    if is_move {
        compute(v(word, RD), v(word, RN))
    } else {
        arithmetic(word, v(word, RN))
    }
}

/// "Conversion between floating-point and fixed-point", by rmode and opcode.
fn fixed_point(word: u32) -> Option<Flow> {
    match field(word, 20, 16) {
        // `scvtf`, `ucvtf`
        0b00010 | 0b00011 => Some(arithmetic(word, x(word, RN))),
        // `fcvtzs`, `fcvtzu`
        0b11000 | 0b11001 => Some(compute_float(x(word, RD), v(word, RN))),
        _ => None,
    }
}

/// "Conversion between floating-point and integer", by rmode and opcode.
fn integer(word: u32) -> Option<Flow> {
    let (rmode, opcode) = (field(word, 20, 19), field(word, 18, 16));
    let is_sf = bit(word, 31);
    match (rmode, opcode) {
        // `scvtf`, `ucvtf`
        (0b00, 0b010 | 0b011) => Some(arithmetic(word, x(word, RN))),
        // `fcvtns` … `fcvtzu`; `fcvtas`, `fcvtau`
        (_, 0b000 | 0b001) | (0b00, 0b100 | 0b101) => Some(compute_float(x(word, RD), v(word, RN))),
        // `fmov` to a general register, of the whole or of the upper half
        (0b00, 0b110) => Some(compute(x(word, RD), v(word, RN))),
        (0b01, 0b110) if is_sf => Some(compute(x(word, RD), v(word, RN))),
        // `fmov` from a general register
        (0b00, 0b111) => Some(compute(v(word, RD), x(word, RN))),
        // The same to the upper half, which keeps the lower half
        (0b01, 0b111) if is_sf => Some(compute(v(word, RD), x(word, RN) | v(word, RD))),
        // `fjcvtzs`
        (0b11, 0b110) if !is_sf => Some(compute_float(x(word, RD) | NZCV, v(word, RN))),
        _ => None,
    }
}

/// "Floating-point compare": `fcmp`, `fcmpe`, with Vm or zero.
fn compare(word: u32) -> Option<Flow> {
    let with_zero = bit(word, 3);
    let other = if with_zero {
        Registers::NONE
    } else {
        v(word, RM)
    };
    let known = field(word, 15, 14) == 0 && field(word, 2, 0) == 0;
    known.then(|| compute_float(NZCV, v(word, RN) | other))
}

/// "Floating-point immediate": `fmov`.
fn immediate(word: u32) -> Option<Flow> {
    (field(word, 9, 5) == 0).then(|| compute(v(word, RD), Registers::NONE))
}
