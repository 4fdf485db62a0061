//! Constants that instructions write to registers, and what a compare-and-swap compares with.

use crate::Registers;

/// A constant that an instruction writes into a register, known from its bytes alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Constant {
    /// The number of the register.
    pub register: u8,
    /// The bits of the old value that the new one keeps (`movk`); no bits if the whole register
    /// is constant.
    pub kept: u64,
    /// The other bits of the new value; those in `kept` are zero.
    pub value: u64,
}

/// What a compare-and-swap (AArch64 `cas`, `casp`) compares memory with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Compare {
    /// The registers that hold the expected value, and receive the old one. The lower number holds
    /// the lower half. XZR has no number, and is zero.
    pub registers: Registers,
    /// Whether it compares a pair of registers (`casp`).
    pub pair: bool,
    /// The size of the access, in bytes: 1, 2, 4, 8 or 16. Each register of a pair has half of it.
    pub size: u8,
}
