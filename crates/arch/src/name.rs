//! The architectures and their names.

use std::fmt;

/// An architecture whose memory overtake models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// Armv8-A and later, 64-bit, little-endian.
    AArch64,
    /// Power, 64-bit, little-endian.
    Ppc64le,
    /// 64-bit RISC-V.
    Riscv64,
    /// x86-64.
    X86_64,
}

impl Arch {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Arch; 4] = [Arch::AArch64, Arch::Ppc64le, Arch::Riscv64, Arch::X86_64];

    /// The name in options, output and folders: `aarch64`, `ppc64le`, `riscv64`, `x86_64`.
    ///
    /// These are also QEMU's names (`qemu_info_t::target_name`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Arch::AArch64 => "aarch64",
            Arch::Ppc64le => "ppc64le",
            Arch::Riscv64 => "riscv64",
            Arch::X86_64 => "x86_64",
        }
    }

    /// The name with which a litmus test of herdtools7 starts: `AArch64`, `PPC`, `RISCV`, `X86_64`.
    #[must_use]
    pub const fn herd_name(self) -> &'static str {
        match self {
            Arch::AArch64 => "AArch64",
            Arch::Ppc64le => "PPC",
            Arch::Riscv64 => "RISCV",
            Arch::X86_64 => "X86_64",
        }
    }

    /// The architecture with this [`Arch::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Arch> {
        Arch::ALL.into_iter().find(|arch| arch.name() == name)
    }

    /// The architecture with this [`Arch::herd_name`], in upper or lower case.
    #[must_use]
    pub fn from_herd_name(name: &str) -> Option<Arch> {
        Arch::ALL
            .into_iter()
            .find(|arch| arch.herd_name().eq_ignore_ascii_case(name))
    }
}

/// Shows [`Arch::name`].
impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Arch {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Arch;

    #[test]
    fn every_name_means_its_architecture() {
        for arch in Arch::ALL {
            assert_eq!(Arch::from_name(arch.name()), Some(arch));
            assert_eq!(Arch::from_herd_name(arch.herd_name()), Some(arch));
            let lower = arch.herd_name().to_ascii_lowercase();
            assert_eq!(Arch::from_herd_name(&lower), Some(arch));
        }
        for other in ["ppc64", "i386", "PPC", ""] {
            assert_eq!(Arch::from_name(other), None, "{other}");
        }
        assert_eq!(Arch::from_herd_name("ppc64le"), None);
    }

    #[test]
    fn a_name_is_padded_in_a_table() {
        assert_eq!(format!("{:<8}|", Arch::X86_64), "x86_64  |");
    }
}
