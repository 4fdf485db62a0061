//! Registers by the fields of an instruction.

use crate::Registers;
use crate::bits::{bit, field};

pub(super) const CR0: Registers = Registers::one(32);
pub(super) const CR1: Registers = Registers::one(33);
pub(super) const CR6: Registers = Registers::one(38);
pub(super) const LR: Registers = Registers::one(40);
pub(super) const CTR: Registers = Registers::one(41);
/// XER's CA and CA32.
pub(super) const CARRY: Registers = Registers::one(42);
/// All special registers but LR, CTR and XER.
pub(super) const SPECIAL: Registers = Registers::one(43);
/// XER's SO, OV and OV32.
pub(super) const OVERFLOW: Registers = Registers::one(44);

/// FPSCR's controls: the rounding mode, the enabled exceptions.
pub(super) const FPSCR: Registers = Registers::one(45);
/// FPSCR's status: the exceptions, the class of the last result.
pub(super) const FP_STATUS: Registers = Registers::one(46);
/// VSCR's NJ.
pub(super) const VSCR: Registers = Registers::one(47);
/// VSCR's SAT, which is sticky.
pub(super) const SATURATION: Registers = Registers::one(48);

/// Returns the general register `number`.
pub(super) fn gpr(number: u32) -> Registers {
    Registers::one((number & 31) as u8)
}

/// Returns the field `number` of CR.
pub(super) fn cr(number: u32) -> Registers {
    Registers::one(32 + (number & 7) as u8)
}

/// Returns all fields of CR.
pub(super) fn all_cr() -> Registers {
    (32..40).collect()
}

/// Returns the VSX register `number`. The first 32 are the floating-point registers.
pub(super) fn vsr(number: u32) -> Registers {
    Registers::one(64 + (number & 63) as u8)
}

/// Returns the vector register `number`.
pub(super) fn vr(number: u32) -> Registers {
    vsr(32 + (number & 31))
}

/// RT, RS: the destination of arithmetic, the source of logic and stores.
pub(super) fn rt(word: u32) -> Registers {
    gpr(field(word, 25, 21))
}

/// RA.
pub(super) fn ra(word: u32) -> Registers {
    gpr(field(word, 20, 16))
}

/// RA, or nothing if the field is 0, which means the number 0.
pub(super) fn ra_or_zero(word: u32) -> Registers {
    match field(word, 20, 16) {
        0 => Registers::NONE,
        number => gpr(number),
    }
}

/// RB.
pub(super) fn rb(word: u32) -> Registers {
    gpr(field(word, 15, 11))
}

/// RC, in the forms with four operands.
pub(super) fn rc(word: u32) -> Registers {
    gpr(field(word, 10, 6))
}

/// BF: the field of CR that a comparison writes.
pub(super) fn bf(word: u32) -> Registers {
    cr(field(word, 25, 23))
}

/// FRT, FRS.
pub(super) fn frt(word: u32) -> Registers {
    vsr(field(word, 25, 21))
}

/// FRA.
pub(super) fn fra(word: u32) -> Registers {
    vsr(field(word, 20, 16))
}

/// FRB.
pub(super) fn frb(word: u32) -> Registers {
    vsr(field(word, 15, 11))
}

/// FRC.
pub(super) fn frc(word: u32) -> Registers {
    vsr(field(word, 10, 6))
}

/// VRT, VRS.
pub(super) fn vrt(word: u32) -> Registers {
    vr(field(word, 25, 21))
}

/// VRA.
pub(super) fn vra(word: u32) -> Registers {
    vr(field(word, 20, 16))
}

/// VRB.
pub(super) fn vrb(word: u32) -> Registers {
    vr(field(word, 15, 11))
}

/// VRC.
pub(super) fn vrc(word: u32) -> Registers {
    vr(field(word, 10, 6))
}

/// XT, XS: T or S with TX or SX.
pub(super) fn xt(word: u32) -> Registers {
    vsr(u32::from(bit(word, 0)) << 5 | field(word, 25, 21))
}

/// XA: A with AX.
pub(super) fn xa(word: u32) -> Registers {
    vsr(u32::from(bit(word, 2)) << 5 | field(word, 20, 16))
}

/// XB: B with BX.
pub(super) fn xb(word: u32) -> Registers {
    vsr(u32::from(bit(word, 1)) << 5 | field(word, 15, 11))
}

/// XC: C with CX.
pub(super) fn xc(word: u32) -> Registers {
    vsr(u32::from(bit(word, 3)) << 5 | field(word, 10, 6))
}
