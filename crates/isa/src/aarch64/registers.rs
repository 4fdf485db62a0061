//! AArch64's registers, as members of [`Registers`].
//!
//! Wn is Xn, and Bn, Hn, Sn, Dn and Qn are Vn. XZR has no number.

use crate::Registers;

/// The zero register's number in an operand field.
pub(crate) const ZR: u32 = 31;

/// The stack pointer, which shares its number with XZR in encodings.
pub const SP: Registers = Registers::one(31);
/// The condition flags.
pub const NZCV: Registers = Registers::one(32);
/// The thread pointer.
pub const TPIDR_EL0: Registers = Registers::one(33);
/// The second thread pointer (SME).
pub const TPIDR2_EL0: Registers = Registers::one(34);
/// The floating-point control register (rounding mode …), which every floating-point operation
/// reads.
pub const FPCR: Registers = Registers::one(35);
/// DIT and SSBS, as one register.
pub const PSTATE: Registers = Registers::one(36);
/// The floating-point status register: cumulative flags, to which floating-point and saturating
/// instructions add.
pub const FPSR: Registers = Registers::one(37);

/// Returns X`number` for 0 to 30, and nothing for 31 (XZR).
#[must_use]
pub const fn x(number: u8) -> Registers {
    if number < 31 {
        Registers::one(number)
    } else {
        Registers::NONE
    }
}

/// Returns V`number`, modulo 32, because a list of vectors wraps around.
#[must_use]
pub const fn v(number: u8) -> Registers {
    Registers::one(64 + number % 32)
}
