//! Parses capstone's text of an AArch64 instruction: its operands, and the registers in them.

use isa::Registers;
use isa::registers::aarch64 as register;

/// A parsed text.
pub struct Text<'a> {
    pub mnemonic: &'a str,
    /// The parts between commas, but not those between commas in brackets.
    pub operands: Vec<&'a str>,
}

impl<'a> Text<'a> {
    pub fn new(text: &'a str) -> Text<'a> {
        let (mnemonic, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut operands = Vec::new();
        let (mut depth, mut start) = (0, 0);
        for (at, character) in rest.char_indices() {
            match character {
                '[' | '{' => depth += 1,
                ']' | '}' => depth -= 1,
                ',' if depth == 0 => {
                    operands.push(rest[start..at].trim());
                    start = at + 1;
                }
                _ => {}
            }
        }
        if !rest[start..].trim().is_empty() {
            operands.push(rest[start..].trim());
        }
        Text { mnemonic, operands }
    }

    /// Returns the registers of operand `at`, or none if there is no such operand.
    pub fn registers(&self, at: usize) -> Registers {
        self.operands
            .get(at)
            .map_or(Registers::NONE, |operand| registers(operand))
    }

    /// Returns the registers of the operands from `from` on.
    pub fn registers_from(&self, from: usize) -> Registers {
        (from..self.operands.len()).fold(Registers::NONE, |all, at| all | self.registers(at))
    }

    /// Returns the index of the memory operand.
    pub fn memory(&self) -> Option<usize> {
        self.operands
            .iter()
            .position(|operand| operand.starts_with('['))
    }

    /// Whether the instruction updates the base register of its memory operand.
    pub fn updates_base(&self) -> bool {
        self.memory()
            .is_some_and(|at| self.operands[at].ends_with('!') || at + 1 < self.operands.len())
    }
}

/// Returns every register that `text` names.
pub fn registers(text: &str) -> Registers {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '#')
        .filter_map(one)
        .fold(Registers::NONE, Registers::union)
}

fn one(word: &str) -> Option<Registers> {
    match word {
        "sp" | "wsp" => return Some(register::SP),
        "lr" => return Some(register::x(30)),
        "fp" => return Some(register::x(29)),
        _ => {}
    }
    let number: u8 = word.get(1..)?.parse().ok().filter(|&number| number < 32)?;
    match word.as_bytes()[0] {
        b'x' | b'w' => Some(register::x(number)),
        b'v' | b'b' | b'h' | b's' | b'd' | b'q' => Some(register::v(number)),
        _ => None,
    }
}

/// Returns the name of a register.
pub fn name(number: u8) -> String {
    let set = Registers::one(number);
    for (special, name) in [
        (register::SP, "sp"),
        (register::NZCV, "nzcv"),
        (register::TPIDR_EL0, "tpidr_el0"),
        (register::TPIDR2_EL0, "tpidr2_el0"),
        (register::FPCR, "fpcr"),
        (register::PSTATE, "pstate"),
        (register::FPSR, "fpsr"),
    ] {
        if set == special {
            return name.to_owned();
        }
    }
    match number {
        0..=30 => format!("x{number}"),
        64..=95 => format!("v{}", number - 64),
        _ => format!("?{number}"),
    }
}
