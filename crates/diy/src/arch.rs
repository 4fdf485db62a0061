//! The architectures, their names in litmus tests, and their registers.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// An architecture that litmus tests are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// Armv8, 64 bits.
    AArch64,
    /// Power.
    Ppc,
    /// RISC-V.
    Riscv,
    /// x86-64.
    X86_64,
}

impl Arch {
    /// All of them.
    pub const ALL: [Arch; 4] = [Arch::AArch64, Arch::Ppc, Arch::Riscv, Arch::X86_64];

    /// The name with which a litmus test starts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Arch::AArch64 => "AArch64",
            Arch::Ppc => "PPC",
            Arch::Riscv => "RISCV",
            Arch::X86_64 => "X86_64",
        }
    }

    /// The registers that programs may use, in the order in which they are taken.
    pub(crate) fn registers(self) -> impl Iterator<Item = Register> {
        match self {
            Arch::AArch64 => 0..=28,
            Arch::Ppc => 1..=28,
            Arch::Riscv => 5..=31,
            Arch::X86_64 => 0..=13,
        }
        .map(Register)
    }

    /// What `register` is called in conditions and states.
    #[must_use]
    pub fn register_name(self, register: Register) -> String {
        let number = register.0;
        match self {
            Arch::AArch64 => format!("X{number}"),
            Arch::Ppc => format!("r{number}"),
            Arch::Riscv => format!("x{number}"),
            Arch::X86_64 => match X86.get(usize::from(number)) {
                Some((name, _)) => (*name).to_owned(),
                None => format!("r{}", number + 2),
            },
        }
    }

    /// What the lower half of `register` is called in x86 code.
    pub(crate) fn x86_low(register: Register) -> String {
        match X86.get(usize::from(register.0)) {
            Some((_, low)) => format!("%{low}"),
            None => format!("%r{}d", register.0 + 2),
        }
    }
}

/// The registers that have names instead of numbers, and their lower halves.
const X86: [(&str, &str); 6] = [
    ("rax", "eax"),
    ("rbx", "ebx"),
    ("rcx", "ecx"),
    ("rdx", "edx"),
    ("rsi", "esi"),
    ("rdi", "edi"),
];

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Arch {
    type Err = Error;

    fn from_str(name: &str) -> Result<Arch, Error> {
        Arch::ALL
            .into_iter()
            .find(|arch| arch.name() == name)
            .ok_or_else(|| Error::Architecture {
                name: name.to_owned(),
            })
    }
}

/// A general register, by its number; on x86-64 `rax`, `rbx`, `rcx`, `rdx`, `rsi`, `rdi` are 0 to
/// 5, and `r8` follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register(pub u8);
