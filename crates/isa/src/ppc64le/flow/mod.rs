//! Register flow of Power.
//!
//! Register numbers:
//! - 0 to 31: r0 to r31.
//! - 32 to 39: CR0 to CR7, one number for each field.
//! - 40: LR. 41: CTR. 42: XER's carry (CA, CA32). 44: XER's overflow (SO, OV, OV32).
//! - 43: all other special registers that a program may write.
//! - 45, 46: FPSCR, the controls and the status. 47, 48: VSCR's NJ and SAT.
//! - 64 to 127: VSR0 to VSR63. The first half are also the floating-point registers (FPR), the
//!   second half the vector registers (VR).
//!
//! By Book II 1.7.1, a dependency exists even if the value has no effect on the result. So an
//! instruction reads every register that it names as a source. Limits:
//! - FPSCR's status is sticky as a whole here, also the class of the last result, and
//!   floating-point comparisons read the controls.
//! - The LR that a branch writes counts as computed from CTR if the branch decrements CTR.
//! - Decimal floating point, BCD arithmetic, and vector and VSX instructions that are newer than
//!   Power ISA 3.0 are unknown on purpose, as is all that [`super::decode`] does not know.

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
