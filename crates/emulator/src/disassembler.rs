//! The disassembler for a target.

use arch::Arch;
use capstone::arch::{
    self as modes, BuildsCapstone, BuildsCapstoneEndian, BuildsCapstoneExtraMode,
};
use capstone::{Capstone, Endian};

/// The disassembler for a target.
///
/// # Panics
///
/// Capstone was built without one of the four architectures.
pub fn disassembler(target: Arch) -> Capstone {
    let new = Capstone::new();
    match target {
        Arch::AArch64 => new.arm64().mode(modes::arm64::ArchMode::Arm).build(),
        Arch::Ppc64le => new
            .ppc()
            .mode(modes::ppc::ArchMode::Mode64)
            .endian(Endian::Little)
            .build(),
        Arch::Riscv64 => new
            .riscv()
            .mode(modes::riscv::ArchMode::RiscV64)
            .extra_mode([modes::riscv::ArchExtraMode::RiscVC].into_iter())
            .build(),
        Arch::X86_64 => new.x86().mode(modes::x86::ArchMode::Mode64).build(),
    }
    .expect("capstone is built with the target")
}
