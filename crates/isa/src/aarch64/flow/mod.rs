//! Register flow of AArch64.
//!
//! Sections are those of the Arm ARM, as in [`super`]. B2.3 "Dependency definitions" says what
//! counts as a dependency through registers.
//!
//! Each group has a file: [`immediate`] and [`register`] (data processing), [`float`] (scalar
//! floating-point), [`vector`] with [`reads_destination`] (Advanced SIMD), [`memory`] with
//! [`exclusive`] and [`structures`] (loads and stores), [`system`] (branches, hints, system
//! registers).
//!
//! Some results are chosen by a condition, and depend on it by pick ([`Flow::picked`], B2.3 "Pick
//! Basic dependency"; herd's aarch64deps.cat, `pick-dtrm`): those of `csel` and its kind, and of
//! `ccmp`. What `cas` returns depends on the register that it compares if it succeeds, and by pick
//! on memory; [`Flow::compare`] has that register. The conditions of `fcsel` and `fccmp`, of which
//! herd has no model, count as data.
//!
//! The flow has more dependencies than the architecture in these cases:
//!
//! - All Advanced SIMD arithmetic reads FPCR, that of integers too. Scalar arithmetic reads its
//!   old destination, as it does with FPCR.NEP set.
//! - `csel` depends on both of the registers that it chooses from.
//! - A register is one value: an instruction that keeps a part of its destination reads all of
//!   it, and a constant result (`eor x0, x1, x1`, `and x0, x1, #0`) depends on its operands.
//! - FPSR is one value. All Advanced SIMD arithmetic adds to it.

mod constant;
mod exclusive;
mod float;
mod immediate;
mod memory;
mod operands;
mod reads_destination;
mod register;
mod shapes;
mod structures;
mod system;
mod vector;

use self::operands::{RA, RD, RM, RN, v};
use self::shapes::compute;
use crate::Flow;
use crate::bits::field;

/// C4.1, top level. An instruction with an unknown effect has an unknown flow.
pub(crate) fn flow(word: u32) -> Flow {
    if super::decode(word).unknown {
        return Flow::UNKNOWN;
    }
    let known = match field(word, 28, 25) {
        // `udf`
        0b0000 => Some(Flow::NONE),
        0b1000 | 0b1001 => immediate::flow(word),
        0b1010 | 0b1011 => system::flow(word),
        0b0100 | 0b0110 | 0b1100 | 0b1110 => memory::flow(word),
        0b0101 | 0b1101 => register::flow(word),
        0b0111 | 0b1111 => simd(word),
        _ => None,
    };
    known.unwrap_or(Flow::UNKNOWN)
}

/// "Data Processing -- Scalar Floating-Point and Advanced SIMD", by bits 31, 30 and 28.
fn simd(word: u32) -> Option<Flow> {
    match (field(word, 31, 30), field(word, 28, 28)) {
        (0b00 | 0b10, 1) => float::flow(word),
        (0b00 | 0b01, _) => vector::flow(word),
        // "Cryptographic four-register", "… three-register, imm2", "… SHA 512", `xar`. Each
        // counts as reading all four fields, though in some of them bits 14..10 are no register
        // or bits 20..16 are an opcode.
        (0b11, 0) if field(word, 31, 24) == 0b1100_1110 => Some(compute(
            v(word, RD),
            v(word, RD) | v(word, RN) | v(word, RM) | v(word, RA),
        )),
        _ => None,
    }
}
