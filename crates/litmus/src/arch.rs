//! The architectures: their names, their registers, and what a function may do with these.

mod aarch64;
mod ppc;
mod riscv;
mod x86_64;

use std::fmt;

/// An architecture that a test can be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// Armv8-A, 64-bit.
    AArch64,
    /// Power, 64-bit, little-endian.
    Ppc,
    /// 64-bit RISC-V.
    Riscv,
    /// x86-64.
    X86_64,
}

/// A general-purpose register, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register(pub(crate) u8);

/// What an architecture and its calling convention say.
pub(crate) struct Facts {
    /// Full names of the registers, by number.
    names: &'static [&'static str],
    /// The register of a name in any spelling, and how many bits of it that name means.
    register: fn(&str) -> Option<(Register, u32)>,
    /// The first argument of a function.
    pub argument: Register,
    /// Registers that may hold the address of the block, best first.
    pub free: &'static [u8],
    /// Registers that a function must leave as they were.
    pub preserved: &'static [u8],
    /// Why a word in an instruction cannot be: a register that must not be touched.
    pub untouchable: fn(&str) -> Option<&'static str>,
    /// What an instruction does to where its processor goes on.
    pub control: fn(&str) -> Control,
    /// Registers that an instruction uses without naming them.
    pub implicit: fn(&str) -> &'static [u8],
    /// The instructions around a test's own.
    pub frame: Frame,
}

/// How an instruction, by its mnemonic, goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// To the next one.
    Next,
    /// To what its last operand names, perhaps.
    Branch,
    /// Out of the test.
    Leaves,
}

/// Instructions of a frame; offsets are in bytes from a register that holds an address.
pub(crate) struct Frame {
    /// Store a register.
    pub store: fn(&str, &str, usize) -> String,
    /// Load a register.
    pub load: fn(&str, &str, usize) -> String,
    /// Copy (to, from).
    pub copy: fn(&str, &str) -> String,
    /// Zero a register.
    pub zero: fn(&str) -> String,
    /// Return.
    pub end: &'static str,
    /// What stands before everything.
    pub begin: &'static str,
    /// Where the name of a register differs from that in states: a prefix.
    pub prefix: &'static str,
}

impl Arch {
    /// All of them.
    pub const ALL: [Arch; 4] = [Arch::AArch64, Arch::Ppc, Arch::Riscv, Arch::X86_64];

    pub(crate) const fn facts(self) -> &'static Facts {
        match self {
            Arch::AArch64 => &aarch64::FACTS,
            Arch::Ppc => &ppc::FACTS,
            Arch::Riscv => &riscv::FACTS,
            Arch::X86_64 => &x86_64::FACTS,
        }
    }

    /// The name in litmus tests.
    pub const fn name(self) -> &'static str {
        match self {
            Arch::AArch64 => "AArch64",
            Arch::Ppc => "PPC",
            Arch::Riscv => "RISCV",
            Arch::X86_64 => "X86_64",
        }
    }

    /// The architecture of this name, in upper or lower case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|arch| arch.name().eq_ignore_ascii_case(name))
    }

    /// The register of a name in any spelling, and how many bits of it that name means.
    pub fn register(self, name: &str) -> Option<(Register, u32)> {
        (self.facts().register)(&name.to_ascii_lowercase())
    }

    /// The full name of a register, as states have it.
    pub fn register_name(self, register: Register) -> &'static str {
        self.facts().names[usize::from(register.0)]
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The number after a prefix, if it is one of these.
fn numbered(name: &str, prefix: &str, count: u8) -> Option<u8> {
    let digits = name.strip_prefix(prefix)?;
    // `x01` is no register.
    if digits.len() > 1 && digits.starts_with('0') || digits.starts_with('+') {
        return None;
    }
    digits.parse().ok().filter(|number| *number < count)
}

#[cfg(test)]
mod tests {
    use super::Arch;

    #[test]
    fn full_names_mean_their_registers() {
        for arch in Arch::ALL {
            for (number, name) in (0..).zip(arch.facts().names) {
                let (register, bits) = arch.register(name).unwrap();
                assert_eq!((register.0, bits), (number, 64), "{arch} {name}");
            }
        }
    }

    #[test]
    fn other_names_mean_parts_and_aliases() {
        for (arch, name, full, bits) in [
            (Arch::AArch64, "w3", "X3", 32),
            (Arch::AArch64, "X30", "X30", 64),
            (Arch::Riscv, "a0", "x10", 64),
            (Arch::Riscv, "s11", "x27", 64),
            (Arch::Riscv, "t6", "x31", 64),
            (Arch::X86_64, "EAX", "rax", 32),
            (Arch::X86_64, "r10d", "r10", 32),
            (Arch::X86_64, "sil", "rsi", 8),
            (Arch::X86_64, "bx", "rbx", 16),
        ] {
            let (register, found) = arch.register(name).unwrap();
            assert_eq!((arch.register_name(register), found), (full, bits));
        }
        for (arch, name) in [
            (Arch::AArch64, "X31"),
            (Arch::AArch64, "SP"),
            (Arch::Ppc, "r32"),
            (Arch::Ppc, "r01"),
            (Arch::Riscv, "sp"),
            (Arch::X86_64, "rsp"),
        ] {
            assert_eq!(arch.register(name), None, "{arch} {name}");
        }
    }
}
