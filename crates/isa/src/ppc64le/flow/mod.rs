//! Register flow. Numbers: 0 to 31 are r0 to r31; 32 to 39 are CR0 to CR7, each as a whole; 40 is
//! LR, 41 CTR; 42 is XER's carry (CA, CA32), 44 its overflow (SO, OV, OV32); 43 is every other
//! special register that a program may write; 64 to 127 are VSR0 to VSR63, of which the first half
//! are the floating-point registers (FPR) and the second the vector registers (VR).
//!
//! Book II 1.7.1: a dependency is there even where the value has no effect on the result, so what
//! an instruction names as a source is read, whatever the operation does with it. Limits:
//! - FPSCR and VSCR are no source of arithmetic; what reads them depends on everything instead.
//! - SO, which a store conditional copies to CR0, is left out there.
//! - CTR and LR that a branch writes count as made from all that the branch reads.
//! - Unknown on purpose, beside what [`super::decode`] does not know: decimal floating point, BCD
//!   arithmetic, and what is not in Power ISA 3.0 of the vector and VSX groups.

mod branch;
mod fixed;
mod float;
mod memory;
mod operands;
mod shapes;
mod special;
mod vector;
mod vsx;

use crate::Flow;
use crate::bits::field;

pub(crate) fn flow(word: u32) -> Flow {
    if super::decode(word).unknown {
        return Flow::UNKNOWN;
    }
    match field(word, 31, 26) {
        2 | 3 => branch::trap_immediate(word),
        4 => vector::flow(word),
        16..=19 => branch::flow(word),
        31 => extended_31(word),
        6 | 32..=58 | 61 | 62 => memory::primary(word),
        59 => float::single(word),
        60 => vsx::flow(word),
        63 => float::double(word),
        _ => fixed::primary(word),
    }
}

fn extended_31(word: u32) -> Flow {
    let xo = field(word, 10, 1);
    memory::extended(word, xo)
        .or_else(|| fixed::extended(word, xo))
        .or_else(|| special::extended(word, xo))
        .unwrap_or(Flow::UNKNOWN)
}
