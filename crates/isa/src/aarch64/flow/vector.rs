//! Flow of C4.1 "Advanced SIMD", vector and scalar, with the cryptographic instructions among
//! them.
//!
//! Moves, permutations and immediates are decoded one by one. All others count as computing Vd
//! from Vn, Vm (if there is one), FPCR, and the old Vd, unless [`reads_destination`] knows that
//! the instruction does not read it.

use super::operands::{RD, RM, RN, v, v_list, x};
use super::reads_destination;
use super::shapes::{compute, compute_float};
use crate::aarch64::registers;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// Words with bits 31 = 0 and 27..25 = 111. Bit 28 means scalar, and bit 30 is set with it.
pub(super) fn flow(word: u32) -> Option<Flow> {
    match (bit(word, 24), bit(word, 21), field(word, 11, 10)) {
        (true, _, 0b01 | 0b11) if bit(word, 23) => None,
        (true, _, 0b01 | 0b11) if field(word, 22, 19) == 0 => modified_immediate(word),
        // "shift by immediate"
        (true, _, 0b01 | 0b11) => Some(arithmetic(
            word,
            reads_destination::shift(word),
            Registers::NONE,
        )),
        // "vector x indexed element": Vm has four bits or five, so both count as read.
        (true, _, _) => {
            let low_registers = registers::v(field(word, 19, 16) as u8);
            Some(arithmetic(
                word,
                reads_destination::indexed(word),
                v(word, RM) | low_registers,
            ))
        }
        // "three same"
        (false, true, 0b01 | 0b11) => Some(arithmetic(
            word,
            reads_destination::three_same(word),
            v(word, RM),
        )),
        // "three different"
        (false, true, 0b00) => Some(arithmetic(
            word,
            reads_destination::three_different(word),
            v(word, RM),
        )),
        (false, true, _) => one_operand(word),
        (false, false, _) => Some(without_bit_21(word)),
    }
}

/// Computes Vd from Vn and `other`, and from the old Vd if `reads_destination`. Integer
/// arithmetic counts as floating-point; that which saturates sets FPSR.QC.
fn arithmetic(word: u32, reads_destination: bool, other: Registers) -> Flow {
    let old = if reads_destination {
        v(word, RD)
    } else {
        Registers::NONE
    };
    compute_float(v(word, RD), v(word, RN) | other | old)
}

/// Words with bits 24 and 21 clear.
fn without_bit_21(word: u32) -> Flow {
    let scalar = bit(word, 28);
    let u = bit(word, 29);
    let (bit_15, op2) = (bit(word, 15), field(word, 23, 22));
    match (bit_15, field(word, 11, 10)) {
        // "copy"
        (false, 0b01 | 0b11) if op2 == 0b00 && !(scalar && u) => copy(word),
        // "extract": `ext`
        (false, 0b00 | 0b10) if !scalar && u && op2 == 0b00 => {
            compute(v(word, RD), v(word, RN) | v(word, RM))
        }
        // "permute": `zip1`, `uzp1`, `trn1` …
        (false, 0b10) if !scalar && !u => compute(v(word, RD), v(word, RN) | v(word, RM)),
        // "table lookup": `tbl`; `tbx`, which keeps the elements whose index is out of range.
        (false, 0b00) if !scalar && !u && op2 == 0b00 => {
            let table = v_list(word, RN, 1 + field(word, 14, 13) as u8);
            let keeps = bit(word, 12);
            let old = if keeps { v(word, RD) } else { Registers::NONE };
            compute(v(word, RD), table | v(word, RM) | old)
        }
        // "three same (FP16)", "three same extra", three-register SHA, and unallocated words
        // (FEAT_LUT has lookups in up to two registers there).
        _ => arithmetic(word, true, v_list(word, RN, 2) | v(word, RM)),
    }
}

/// "copy", by imm4 (bits 14..11). Bit 29 is op.
fn copy(word: u32) -> Flow {
    let to_element = bit(word, 29);
    let old = v(word, RD);
    let scalar = bit(word, 28);
    match field(word, 14, 11) {
        number if scalar && number != 0 => Flow::UNKNOWN,
        // `ins` (element) keeps the other elements.
        _ if to_element => compute(v(word, RD), v(word, RN) | old),
        // `dup` (element), (general)
        0b0000 => compute(v(word, RD), v(word, RN)),
        0b0001 => compute(v(word, RD), x(word, RN)),
        // `ins` (general)
        0b0011 => compute(v(word, RD), x(word, RN) | old),
        // `smov`, `umov`
        0b0101 | 0b0111 => compute(x(word, RD), v(word, RN)),
        _ => Flow::UNKNOWN,
    }
}

/// Words with one vector operand (bits 24 = 0, 21 = 1, 11..10 = 10), by bits 20..17.
fn one_operand(word: u32) -> Option<Flow> {
    let reads_destination = match field(word, 20, 17) {
        // "two-register miscellaneous"
        0b0000 => reads_destination::two_registers(word),
        // "across lanes", scalar "pairwise"
        0b1000 => false,
        // "two-register miscellaneous (FP16)", AES and two-register SHA
        0b1100 | 0b0100 => true,
        _ => return None,
    };
    Some(arithmetic(word, reads_destination, Registers::NONE))
}

/// "modified immediate", by cmode (bits 15..12): `movi`, `mvni`, `fmov` read nothing; `orr`, `bic`
/// read their destination.
fn modified_immediate(word: u32) -> Option<Flow> {
    let cmode = field(word, 15, 12);
    let reads_destination = cmode & 0b0001 != 0 && cmode & 0b1100 != 0b1100;
    let data = if reads_destination {
        v(word, RD)
    } else {
        Registers::NONE
    };
    let scalar = bit(word, 28);
    (!scalar).then(|| compute(v(word, RD), data))
}
