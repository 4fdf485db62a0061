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

/// Whether the CPU promises no single-copy atomicity for accesses of 16 bytes, where that depends on
/// the CPU: AArch64 without FEAT_LSE2 (Arm ARM B2.2.1), x86-64 without AVX (Intel SDM vol. 3, 9.1.1:
/// "Processors that enumerate support for Intel AVX").
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
        Arch::Ppc64le | Arch::Riscv64 => false,
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
        ] {
            assert_eq!(makes_halves(target, cpu), halves, "{target} {cpu}");
        }
        assert!(makes_halves(Arch::AArch64, Arch::AArch64.cpu()));
        assert!(makes_halves(Arch::X86_64, Arch::X86_64.cpu()));
    }
}
