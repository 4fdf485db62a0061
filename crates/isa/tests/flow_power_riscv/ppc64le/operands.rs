//! Power's registers, by objdump's operands.

use isa::{Arch, Registers};

use crate::names;

pub const CR0: Registers = Registers::one(32);
pub const CR1: Registers = Registers::one(33);
pub const CR6: Registers = Registers::one(38);
pub const LR: Registers = Registers::one(40);
pub const CTR: Registers = Registers::one(41);
pub const CARRY: Registers = Registers::one(42);
pub const SPECIAL: Registers = Registers::one(43);
pub const OVERFLOW: Registers = Registers::one(44);

pub const FPSCR: Registers = Registers::one(45);
pub const FP_STATUS: Registers = Registers::one(46);
pub const VSCR: Registers = Registers::one(47);
pub const SATURATION: Registers = Registers::one(48);

/// Returns the register of an operand, with or without brackets.
pub fn register(operand: &str) -> Registers {
    let name = operand
        .split_once('(')
        .map_or(operand, |(_, base)| base.trim_end_matches(')'));
    names::register(Arch::Ppc64le, name)
}

/// Returns the field of CR that has this bit: `eq`, `4*cr7+so`.
pub fn field_of_bit(operand: &str) -> Registers {
    match operand.split_once('+') {
        Some((field, _)) => register(field.trim_start_matches("4*")),
        None => CR0,
    }
}

pub fn number(operand: &str) -> u32 {
    operand.parse().unwrap_or_else(|_| panic!("{operand:?}"))
}
