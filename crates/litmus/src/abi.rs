//! Registers and calling conventions, one file an architecture.

mod aarch64;
mod convention;
mod ppc;
mod riscv;
mod x86_64;

use crate::Arch;

pub use convention::Register;
pub(crate) use convention::{Abi, Control, Frame};

/// The registers and the calling convention of an architecture.
pub(crate) const fn of(arch: Arch) -> &'static Abi {
    match arch {
        Arch::AArch64 => &aarch64::ABI,
        Arch::Ppc64le => &ppc::ABI,
        Arch::Riscv64 => &riscv::ABI,
        Arch::X86_64 => &x86_64::ABI,
    }
}

impl Register {
    /// The register with this name (in any spelling), and how many of its bits the name means.
    #[must_use]
    pub fn named(arch: Arch, name: &str) -> Option<(Register, u32)> {
        (of(arch).register)(&name.to_ascii_lowercase())
    }

    /// Its full name, as in states.
    #[must_use]
    pub fn name(self, arch: Arch) -> &'static str {
        of(arch).names[usize::from(self.0)]
    }
}

#[cfg(test)]
mod tests {
    use super::{Register, of};
    use crate::Arch;

    #[test]
    fn full_names_mean_their_registers() {
        for arch in Arch::ALL {
            for (number, name) in (0..).zip(of(arch).names) {
                let (register, bits) = Register::named(arch, name).unwrap();
                assert_eq!((register.0, bits), (number, 64), "{arch} {name}");
            }
        }
    }

    #[test]
    fn other_names_mean_parts_and_aliases() {
        for (arch, name, full, bits) in [
            (Arch::AArch64, "w3", "X3", 32),
            (Arch::AArch64, "X30", "X30", 64),
            (Arch::Riscv64, "a0", "x10", 64),
            (Arch::Riscv64, "s11", "x27", 64),
            (Arch::Riscv64, "t6", "x31", 64),
            (Arch::X86_64, "EAX", "rax", 32),
            (Arch::X86_64, "r10d", "r10", 32),
            (Arch::X86_64, "sil", "rsi", 8),
            (Arch::X86_64, "bx", "rbx", 16),
        ] {
            let (register, found) = Register::named(arch, name).unwrap();
            assert_eq!((register.name(arch), found), (full, bits));
        }
        for (arch, name) in [
            (Arch::AArch64, "X31"),
            (Arch::AArch64, "SP"),
            (Arch::Ppc64le, "r32"),
            (Arch::Ppc64le, "r01"),
            (Arch::Riscv64, "sp"),
            (Arch::X86_64, "rsp"),
        ] {
            assert_eq!(Register::named(arch, name), None, "{arch} {name}");
        }
    }
}
