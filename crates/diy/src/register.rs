//! Registers: which ones tests use, and their names.

use crate::Arch;

/// A general register, by its number; on x86-64 `rax`, `rbx`, `rcx`, `rdx`, `rsi`, `rdi` are 0 to
/// 5, and `r8` follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register(pub u8);

impl Register {
    /// The registers that programs may use, in order of allocation.
    pub(crate) fn all(arch: Arch) -> impl Iterator<Item = Register> {
        match arch {
            Arch::AArch64 => 0..=28,
            Arch::Ppc64le => 1..=28,
            Arch::Riscv64 => 5..=31,
            Arch::X86_64 => 0..=13,
        }
        .map(Register)
    }

    /// Its name in conditions and states.
    #[must_use]
    pub fn name(self, arch: Arch) -> String {
        let number = self.0;
        match arch {
            Arch::AArch64 => format!("X{number}"),
            Arch::Ppc64le => format!("r{number}"),
            Arch::Riscv64 => format!("x{number}"),
            Arch::X86_64 => match X86.get(usize::from(number)) {
                Some((name, _)) => (*name).to_owned(),
                None => format!("r{}", number + 2),
            },
        }
    }

    /// The name of its lower half in x86 code.
    pub(crate) fn x86_low(self) -> String {
        match X86.get(usize::from(self.0)) {
            Some((_, low)) => format!("%{low}"),
            None => format!("%r{}d", self.0 + 2),
        }
    }
}

/// The registers of x86-64 that have names instead of numbers, and their lower halves.
const X86: [(&str, &str); 6] = [
    ("rax", "eax"),
    ("rbx", "ebx"),
    ("rcx", "ecx"),
    ("rdx", "edx"),
    ("rsi", "esi"),
    ("rdi", "edi"),
];
