//! The machines that can be emulated.

use std::fmt;
use std::path::PathBuf;

use object::elf;
use serde::{Serialize, Serializer};

use crate::error::{Error, suggestion};

/// A machine that can be emulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// 64-bit Arm, little-endian.
    Aarch64,
    /// 64-bit Power, little-endian.
    Ppc64le,
    /// 64-bit RISC-V.
    Riscv64,
    /// x86-64.
    X86_64,
}

/// What is known of a target.
struct Facts {
    /// The name used everywhere.
    name: &'static str,
    /// Rust's name, as `rustup target add` takes it.
    rust_triple: &'static str,
    /// Debian's name, as in `gcc-NAME` and `/usr/NAME`.
    gnu_triple: &'static str,
    /// Debian's packages for cross compilation.
    packages: &'static str,
    /// Further names that are understood.
    aliases: &'static [&'static str],
    /// QEMU's `-cpu`. Pinned, since the default changes between versions, and what the CPU can
    /// do decides which code libc runs.
    cpu: &'static str,
    /// QEMU's `-R`, see [`Target::reserved`].
    reserved: Option<u64>,
    /// `e_machine` in the ELF header.
    elf_machine: u16,
    /// Whether a store may become visible before an earlier store.
    store_store: bool,
}

impl Target {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Target; 4] = [
        Target::Aarch64,
        Target::Ppc64le,
        Target::Riscv64,
        Target::X86_64,
    ];

    const fn facts(self) -> &'static Facts {
        match self {
            Target::Aarch64 => &Facts {
                name: "aarch64",
                rust_triple: "aarch64-unknown-linux-gnu",
                gnu_triple: "aarch64-linux-gnu",
                packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
                aliases: &["arm64", "aarch64-unknown-linux-musl"],
                cpu: "neoverse-n1",
                reserved: Some(RESERVED),
                elf_machine: elf::EM_AARCH64,
                store_store: true,
            },
            Target::Ppc64le => &Facts {
                name: "ppc64le",
                rust_triple: "powerpc64le-unknown-linux-gnu",
                gnu_triple: "powerpc64le-linux-gnu",
                packages: "gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross",
                aliases: &["ppc64el", "powerpc64le", "powerpc64le-unknown-linux-musl"],
                cpu: "power9",
                reserved: Some(RESERVED),
                elf_machine: elf::EM_PPC64,
                store_store: true,
            },
            Target::Riscv64 => &Facts {
                name: "riscv64",
                rust_triple: "riscv64gc-unknown-linux-gnu",
                gnu_triple: "riscv64-linux-gnu",
                packages: "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross",
                aliases: &["riscv64gc", "riscv64gc-unknown-linux-musl"],
                cpu: "rv64",
                reserved: Some(RESERVED),
                elf_machine: elf::EM_RISCV,
                store_store: true,
            },
            Target::X86_64 => &Facts {
                name: "x86_64",
                rust_triple: "x86_64-unknown-linux-gnu",
                gnu_triple: "x86_64-linux-gnu",
                packages: "gcc libc6-dev",
                aliases: &["amd64", "x86-64", "x86_64-unknown-linux-musl"],
                cpu: "Nehalem",
                reserved: None,
                elf_machine: elf::EM_X86_64,
                store_store: false,
            },
        }
    }

    /// The name used everywhere: in options, in output, in the home.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The target called `name`: the short name, Rust's triple, Debian's triple or an alias.
    pub fn parse(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|target| target.names().any(|known| known == name))
            .ok_or_else(|| Error::UnknownTarget {
                given: name.to_owned(),
                allowed: Self::ALL.map(Self::name).join(", "),
                hint: suggestion(
                    name,
                    Self::ALL
                        .iter()
                        .flat_map(|t| t.names().map(|n| (n, t.name()))),
                ),
            })
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        let facts = self.facts();
        [facts.name, facts.rust_triple, facts.gnu_triple]
            .into_iter()
            .chain(facts.aliases.iter().copied())
    }

    /// The target of an ELF file's `e_machine`.
    pub fn of_elf_machine(machine: u16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|target| target.facts().elf_machine == machine)
    }

    /// Rust's triple.
    pub const fn rust_triple(self) -> &'static str {
        self.facts().rust_triple
    }

    /// Debian's cross compiler.
    pub fn cross_compiler(self) -> String {
        format!("{}-gcc", self.facts().gnu_triple)
    }

    /// Debian's cross assembler.
    pub fn assembler(self) -> String {
        format!("{}-as", self.facts().gnu_triple)
    }

    /// Debian's cross linker.
    pub fn linker(self) -> String {
        format!("{}-ld", self.facts().gnu_triple)
    }

    /// Debian's package that brings the cross assembler and linker.
    pub fn assembler_package(self) -> String {
        format!("binutils-{}", self.facts().gnu_triple.replace('_', "-"))
    }

    /// Debian's packages that bring the cross compiler and the C library.
    pub const fn packages(self) -> &'static str {
        self.facts().packages
    }

    /// The CPU to emulate unless another one is asked for.
    pub const fn cpu(self) -> &'static str {
        self.facts().cpu
    }

    /// The name of QEMU's program.
    pub fn qemu(self) -> String {
        format!("qemu-{}", self.name())
    }

    /// The variable that names another QEMU for this target.
    pub fn qemu_variable(self) -> String {
        format!("OVERTAKE_QEMU_{}", self.name().to_uppercase())
    }

    /// The size of the guest's address space that QEMU is to reserve (`-R`).
    ///
    /// With a reserved address space QEMU places the guest's stack and mappings from its end
    /// downwards, the same in every run; without one they go where the host has room. `None` on
    /// x86_64, where QEMU refuses every size below the vsyscall page ("Cannot allocate vsyscall
    /// page"); there mappings start at a fixed address far from QEMU's own.
    pub const fn reserved(self) -> Option<u64> {
        self.facts().reserved
    }

    /// Where Debian's cross packages put the C library, if they did: for `-L`.
    pub fn sysroot(self) -> Option<PathBuf> {
        let root = PathBuf::from("/usr").join(self.facts().gnu_triple);
        root.join("lib").is_dir().then_some(root)
    }

    /// Whether the architecture lets a store become visible before an earlier store of the same
    /// thread: where it does, the ring's race can be seen.
    pub const fn reorders_stores(self) -> bool {
        self.facts().store_store
    }
}

/// 256 GiB: below every target's limit (39-bit addresses: half of it is the user's), and so far
/// below the host's own mappings that QEMU always finds room.
const RESERVED: u64 = 0x40_0000_0000;

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn every_name_means_one_target() {
        for target in Target::ALL {
            for name in target.names() {
                assert_eq!(Target::parse(name).unwrap(), target, "{name}");
            }
        }
    }

    #[test]
    fn unknown_names_get_a_suggestion() {
        for (given, meant) in [
            ("aarch65", "aarch64"),
            ("riscv64g", "riscv64"),
            ("x86", "x86_64"),
        ] {
            let error = Target::parse(given).unwrap_err().to_string();
            assert!(
                error.contains(&format!("did you mean `{meant}`")),
                "{error}"
            );
        }
        let error = Target::parse("sparc").unwrap_err().to_string();
        assert!(!error.contains("did you mean"), "{error}");
    }
}
