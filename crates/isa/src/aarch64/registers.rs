//! The numbers of AArch64's registers in [`Registers`].
//!
//! Wn is Xn, and Bn, Hn, Sn, Dn and Qn are Vn. XZR has no number. FPSR has none either: its
//! cumulative bits come from any earlier instruction, so a read of it is a fence for reads
//! ([`crate::decode`]).

use crate::Registers;

/// The number of the zero register as an operand.
pub(crate) const ZR: u32 = 31;

/// The stack pointer, where an encoding means it and not XZR.
pub const SP: Registers = Registers::one(31);
/// The condition flags.
pub const NZCV: Registers = Registers::one(32);
/// The thread pointer.
pub const TPIDR_EL0: Registers = Registers::one(33);
/// The second thread pointer (SME).
pub const TPIDR2_EL0: Registers = Registers::one(34);
/// Rounding mode and the like, which every floating-point operation reads.
pub const FPCR: Registers = Registers::one(35);
/// DIT and SSBS, as one register.
pub const PSTATE: Registers = Registers::one(36);

/// X`number` of 0 to 30; XZR, which is 31, is no register.
#[must_use]
pub const fn x(number: u8) -> Registers {
    if number < 31 {
        Registers::one(number)
    } else {
        Registers::NONE
    }
}

/// V`number`, modulo 32 as a list of vectors wraps around.
#[must_use]
pub const fn v(number: u8) -> Registers {
    Registers::one(64 + number % 32)
}
