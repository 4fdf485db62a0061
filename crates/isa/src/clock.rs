//! Whether an instruction reads a counter of time or cycles.

use crate::Arch;

/// Whether the instruction of these bytes reads a counter of time, cycles or instructions.
///
/// - AArch64: `mrs` of CNTPCT_EL0, CNTVCT_EL0, their self-synchronised forms, and PMCCNTR_EL0 (Arm ARM
///   D17.11, D17.5)
/// - Power: `mftb` and `mfspr` of TB and TBU (Power ISA Book II 4.2)
/// - RISC-V: an access to `cycle`, `time`, `instret` or a `hpmcounter` ("Zicntr", "Zihpm")
/// - x86-64: `rdtsc`, `rdtscp`, `rdpmc` (SDM 2B)
#[must_use]
pub fn reads_clock(arch: Arch, bytes: &[u8]) -> bool {
    let word = match bytes {
        [a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]),
        _ if arch == Arch::X86_64 => 0,
        _ => return false,
    };
    match arch {
        Arch::AArch64 => matches!(
            word & !0x1f,
            0xd53b_e020 | 0xd53b_e040 | 0xd53b_e0a0 | 0xd53b_e0c0 | 0xd53b_9d00
        ),
        Arch::Ppc64le => {
            let spr = (word >> 16 & 0x1f) | (word >> 11 & 0x1f) << 5;
            let moves = word >> 26 == 31 && matches!(word >> 1 & 0x3ff, 339 | 371);
            moves && matches!(spr, 268 | 269)
        }
        Arch::Riscv64 => {
            let is_csr = word & 0x7f == 0x73 && word >> 12 & 0b11 != 0;
            is_csr && (0xc00..0xc20).contains(&(word >> 20))
        }
        Arch::X86_64 => {
            // None of them takes a prefix, but an assembler may add some.
            let prefix = |byte: &u8| matches!(byte, 0x40..=0x4f | 0x66 | 0xf2 | 0xf3);
            let start = bytes.iter().position(|byte| !prefix(byte));
            let rest = &bytes[start.unwrap_or(bytes.len())..];
            matches!(rest, [0x0f, 0x31] | [0x0f, 0x33] | [0x0f, 0x01, 0xf9])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words are those of GNU as.
    #[test]
    fn reads_of_counters() {
        let word = |arch, word: u32| reads_clock(arch, &word.to_le_bytes());
        // mrs x3, cntvct_el0; mrs x3, tpidr_el0
        assert!(word(Arch::AArch64, 0xd53b_e043) && !word(Arch::AArch64, 0xd53b_d043));
        // mftb r3; mfspr r3, 268; mflr r3
        assert!(word(Arch::Ppc64le, 0x7c6c_42e6) && word(Arch::Ppc64le, 0x7c6c_42a6));
        assert!(!word(Arch::Ppc64le, 0x7c68_02a6));
        // rdtime a0; rdcycle a0; frcsr a0
        assert!(word(Arch::Riscv64, 0xc010_2573) && word(Arch::Riscv64, 0xc000_2573));
        assert!(!word(Arch::Riscv64, 0x0030_2573) && !word(Arch::Riscv64, 0x0000_0073));
        let x86 = |bytes: &[u8]| reads_clock(Arch::X86_64, bytes);
        // rdtsc; rdtscp; syscall
        assert!(x86(&[0x0f, 0x31]) && x86(&[0x0f, 0x01, 0xf9]) && !x86(&[0x0f, 0x05]));
        assert!(!x86(&[]));
    }
}
