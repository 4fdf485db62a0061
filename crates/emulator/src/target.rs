//! Facts about the machines that can be emulated, in one table.

use std::path::PathBuf;

use arch::Arch;
use object::elf;

/// Facts about a target.
struct Facts {
    /// Rust's name, as `rustup target add` takes it.
    rust_triple: &'static str,
    /// Debian's name, as in `gcc-NAME` and `/usr/NAME`.
    gnu_triple: &'static str,
    /// Debian's packages for cross compilation.
    packages: &'static str,
    /// Further names that users may write.
    aliases: &'static [&'static str],
    /// QEMU's `-cpu`. Pinned, because the default changes between versions, and libc chooses its code by the
    /// features of the CPU.
    cpu: &'static str,
    /// QEMU's `-R`, see [`Target::reserved`].
    reserved: Option<u64>,
    /// `e_machine` in the ELF header.
    elf_machine: u16,
    /// Whether a store may become visible before an earlier store.
    store_store: bool,
}

/// The facts of a target.
const fn facts(target: Arch) -> &'static Facts {
    match target {
        Arch::AArch64 => &Facts {
            rust_triple: "aarch64-unknown-linux-gnu",
            gnu_triple: "aarch64-linux-gnu",
            packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
            aliases: &["arm64", "aarch64-unknown-linux-musl"],
            cpu: "neoverse-n1",
            reserved: Some(RESERVED),
            elf_machine: elf::EM_AARCH64,
            store_store: true,
        },
        Arch::Ppc64le => &Facts {
            rust_triple: "powerpc64le-unknown-linux-gnu",
            gnu_triple: "powerpc64le-linux-gnu",
            packages: "gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross",
            aliases: &["ppc64el", "powerpc64le", "powerpc64le-unknown-linux-musl"],
            cpu: "power9",
            reserved: Some(RESERVED),
            elf_machine: elf::EM_PPC64,
            store_store: true,
        },
        Arch::Riscv64 => &Facts {
            rust_triple: "riscv64gc-unknown-linux-gnu",
            gnu_triple: "riscv64-linux-gnu",
            packages: "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross",
            aliases: &["riscv64gc", "riscv64gc-unknown-linux-musl"],
            cpu: "rv64",
            reserved: Some(RESERVED),
            elf_machine: elf::EM_RISCV,
            store_store: true,
        },
        Arch::X86_64 => &Facts {
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

/// An architecture as a machine that can be emulated.
pub trait Target: Sized {
    /// The target of an ELF file's `e_machine`.
    fn of_elf_machine(machine: u16) -> Option<Self>;

    /// All names that users may write: the short name, Rust's triple, Debian's triple, aliases.
    fn names(self) -> impl Iterator<Item = &'static str>;

    /// Rust's triple.
    fn rust_triple(self) -> &'static str;

    /// Debian's cross compiler.
    fn cross_compiler(self) -> String;

    /// Debian's cross assembler.
    fn assembler(self) -> String;

    /// Debian's cross linker.
    fn linker(self) -> String;

    /// Debian's package that brings the cross assembler and linker.
    fn assembler_package(self) -> String;

    /// Debian's packages that bring the cross compiler and the C library.
    fn packages(self) -> &'static str;

    /// The CPU to emulate unless another one is asked for.
    fn cpu(self) -> &'static str;

    /// The name of QEMU's program.
    fn qemu(self) -> String;

    /// The variable that names another QEMU for this target.
    fn qemu_variable(self) -> String;

    /// The size of the guest's address space that QEMU is to reserve (`-R`).
    ///
    /// With a reserved address space QEMU places the guest's stack and mappings from its end downwards, the same
    /// in every run. Without one the host's free memory decides. `None` on
    /// x86_64, where QEMU refuses every size below the vsyscall page ("Cannot allocate vsyscall
    /// page"). There mappings start at a fixed address far from QEMU's own: by QEMU 7 and 8, and with later ones
    /// by the plugin.
    fn reserved(self) -> Option<u64>;

    /// The folder of Debian's cross C library for `-L`, if it is installed.
    fn sysroot(self) -> Option<PathBuf>;

    /// Whether the architecture lets a store become visible before an earlier store of the same thread. Only then
    /// the ring's race can occur.
    fn reorders_stores(self) -> bool;
}

impl Target for Arch {
    fn of_elf_machine(machine: u16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|target| facts(*target).elf_machine == machine)
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        let facts = facts(self);
        [self.name(), facts.rust_triple, facts.gnu_triple]
            .into_iter()
            .chain(facts.aliases.iter().copied())
    }

    fn rust_triple(self) -> &'static str {
        facts(self).rust_triple
    }

    fn cross_compiler(self) -> String {
        format!("{}-gcc", facts(self).gnu_triple)
    }

    fn assembler(self) -> String {
        format!("{}-as", facts(self).gnu_triple)
    }

    fn linker(self) -> String {
        format!("{}-ld", facts(self).gnu_triple)
    }

    fn assembler_package(self) -> String {
        format!("binutils-{}", facts(self).gnu_triple.replace('_', "-"))
    }

    fn packages(self) -> &'static str {
        facts(self).packages
    }

    fn cpu(self) -> &'static str {
        facts(self).cpu
    }

    fn qemu(self) -> String {
        format!("qemu-{}", self.name())
    }

    fn qemu_variable(self) -> String {
        format!("OVERTAKE_QEMU_{}", self.name().to_uppercase())
    }

    fn reserved(self) -> Option<u64> {
        facts(self).reserved
    }

    fn sysroot(self) -> Option<PathBuf> {
        let root = PathBuf::from("/usr").join(facts(self).gnu_triple);
        root.join("lib").is_dir().then_some(root)
    }

    fn reorders_stores(self) -> bool {
        facts(self).store_store
    }
}

/// 256 GiB: below every target's limit (39-bit addresses: half of it is the user's), and so far
/// below the host's own mappings that QEMU always finds room.
const RESERVED: u64 = 0x40_0000_0000;
