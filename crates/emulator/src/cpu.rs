//! What the memory model must know of a CPU that QEMU emulates.

use arch::Arch;

/// AArch64's CPUs of QEMU 7.2 to 10 without FEAT_LSE2, which Armv8.4 brings.
const WITHOUT_LSE2: &[&str] = &[
    "cortex-a35",
    "cortex-a53",
    "cortex-a55",
    "cortex-a57",
    "cortex-a72",
    "cortex-a76",
    "a64fx",
    "neoverse-n1",
];

/// The first words of the names of x86's CPUs without AVX.
const WITHOUT_AVX: &[&str] = &[
    "486",
    "pentium",
    "pentium2",
    "pentium3",
    "athlon",
    "n270",
    "coreduo",
    "core2duo",
    "qemu32",
    "kvm32",
    "qemu64",
    "kvm64",
    "phenom",
    "Conroe",
    "Penryn",
    "Nehalem",
    "Westmere",
    "Opteron_G1",
    "Opteron_G2",
    "Opteron_G3",
    "Denverton",
    "Snowridge",
];

/// RISC-V's CPUs of QEMU 7.2 to 10 without Zama16b.
const WITHOUT_ZAMA16B: &[&str] = &[
    "any",
    "rv64",
    "rv64i",
    "rv64e",
    "rva22u64",
    "rva22s64",
    "shakti-c",
    "sifive-e51",
    "sifive-u54",
    "thead-c906",
    "tt-ascalon",
    "veyron-v1",
    "x-rv128",
    "xiangshan-nanhu",
];

/// Whether the CPU does not promise that what lies within aligned 16 bytes is one access, where that
/// depends on the CPU: AArch64 without FEAT_LSE2 (Arm ARM B2.2.1), RISC-V without Zama16b (the
/// unprivileged specification, "Misaligned Atomicity Granule"). On x86-64 that concerns aligned accesses
/// of 16 bytes: without AVX (Intel SDM vol. 3, 9.1.1: "Processors that enumerate support for Intel AVX").
///
/// A CPU that is not known has the feature, and so has one with further options (`NAME,+avx`): memory is
/// stronger then.
pub fn makes_halves(target: Arch, cpu: &str) -> bool {
    match target {
        Arch::AArch64 => WITHOUT_LSE2.contains(&cpu),
        Arch::X86_64 => {
            // `Nehalem-IBRS`, `Westmere-v2`; not `Nehalem,+avx`.
            let name = cpu.split('-').next().unwrap_or_default();
            !cpu.contains(',') && WITHOUT_AVX.contains(&name)
        }
        Arch::Riscv64 => WITHOUT_ZAMA16B.contains(&cpu),
        Arch::Ppc64le => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;

    #[test]
    fn a_cpu_without_the_feature_is_known() {
        for (target, cpu, halves) in [
            (Arch::AArch64, "neoverse-n1", true),
            (Arch::AArch64, "neoverse-v1", false),
            (Arch::AArch64, "max", false),
            (Arch::X86_64, "Nehalem", true),
            (Arch::X86_64, "Nehalem-IBRS", true),
            (Arch::X86_64, "Nehalem,+avx", false),
            (Arch::X86_64, "Haswell", false),
            (Arch::X86_64, "max", false),
            (Arch::Riscv64, "rv64", true),
            (Arch::Riscv64, "rv64,zama16b=true", false),
            (Arch::Riscv64, "max", false),
            (Arch::Ppc64le, "power9", false),
        ] {
            assert_eq!(makes_halves(target, cpu), halves, "{target} {cpu}");
        }
        assert!(makes_halves(Arch::AArch64, Arch::AArch64.cpu()));
        assert!(makes_halves(Arch::X86_64, Arch::X86_64.cpu()));
        assert!(makes_halves(Arch::Riscv64, Arch::Riscv64.cpu()));
    }
}
