//! How many bytes an access has, so that single-copy atomicity can be kept before it is made.

use crate::Arch;

/// Bytes of the widest single-copy atomic part of the accesses that the instruction `bytes` makes,
/// where [`crate::single()`] does not join its parts. At most 8, which is also the answer for all that
/// is not known here to be narrower.
///
/// Sources: Arm ARM C4.1 (loads and stores: `size`, `opc`), RISC-V unprivileged spec ("RV32I", "RV64I", "A",
/// "F", "C": `funct3`), Power ISA Book I 3.3 and 4.6 (primary and extended opcodes). On x86 no load is
/// stale, so the answer makes no difference there.
#[must_use]
pub fn width(arch: Arch, bytes: &[u8]) -> u8 {
    match (arch, crate::word(bytes)) {
        (Arch::AArch64, Some(word)) => aarch64(word),
        (Arch::Ppc64le, Some(word)) => ppc(word),
        (Arch::Riscv64, Some(word)) if word & 3 == 3 => riscv(word),
        (Arch::Riscv64, _) => match bytes {
            [low, high, ..] => riscv_compressed(u16::from_le_bytes([*low, *high])),
            _ => 8,
        },
        _ => 8,
    }
}

fn aarch64(word: u32) -> u8 {
    let size = word >> 30;
    let vector = word >> 26 & 1 == 1;
    match word >> 24 & 0x3f {
        // Exclusive, ordered, compare-and-swap; of one register.
        0b00_1000 if word >> 21 & 1 == 0 || word >> 23 & 1 == 1 => 1 << size,
        // `ldapur` and `stlur`.
        0b01_1001 if !vector => 1 << size,
        // One register, and atomics. A vector register of 16 bytes is two parts of 8.
        0b11_1000 | 0b11_1001 => 1 << size,
        0b11_1100 | 0b11_1101 if word >> 23 & 1 == 0 => 1 << size,
        // From a literal: `ldr w`, `ldrsw`, `ldr s`.
        0b01_1000 if matches!(size, 0 | 2) => 4,
        0b01_1100 if size == 0 => 4,
        // Pairs of words.
        0b10_1000 | 0b10_1001 if matches!(size, 0 | 1) => 4,
        0b10_1100 | 0b10_1101 if size == 0 => 4,
        _ => 8,
    }
}

fn riscv(word: u32) -> u8 {
    match (word & 0x7f, word >> 12 & 7) {
        (0x03, funct @ 0..=6) => 1 << (funct & 3),
        // Loads of floating-point numbers (other widths are vectors), and atomics.
        (0x07, funct @ 1..=2) | (0x2f, funct @ 0..=2) => 1 << funct,
        _ => 8,
    }
}

fn riscv_compressed(half: u16) -> u8 {
    match (half & 3, half >> 13) {
        // `c.lw` and `c.lwsp`.
        (0 | 2, 0b010) => 4,
        _ => 8,
    }
}

fn ppc(word: u32) -> u8 {
    match (word >> 26, word >> 1 & 0x3ff) {
        // `lbz`, `lhz`, `lha`, `lwz`, `lfs`.
        (34 | 35, _) => 1,
        (40..=43, _) => 2,
        (32 | 33 | 48 | 49, _) => 4,
        // `lwa`.
        (58, _) if word & 3 == 2 => 4,
        // `lbzx`, `lbarx`; `lhzx`, `lhax`, `lhbrx`, `lharx`.
        (31, 87 | 119 | 52) => 1,
        (31, 279 | 311 | 343 | 375 | 790 | 116) => 2,
        // `lwzx`, `lwax`, `lwbrx`, `lwarx`, `lfsx`, `lfiwax`, `lfiwzx`.
        (31, 23 | 55 | 341 | 373 | 534 | 20 | 535 | 567 | 855 | 887) => 4,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instructions as the assembler makes them.
    #[test]
    fn widths() {
        let words = [
            (Arch::AArch64, 0xb940_0041_u32, 4, "ldr w1, [x2]"),
            (Arch::AArch64, 0xf940_0041, 8, "ldr x1, [x2]"),
            (Arch::AArch64, 0x3940_0041, 1, "ldrb w1, [x2]"),
            (Arch::AArch64, 0x7840_0441, 2, "ldrh w1, [x2], 0"),
            (Arch::AArch64, 0xb980_0041, 4, "ldrsw x1, [x2]"),
            (Arch::AArch64, 0x3dc0_0041, 8, "ldr q1, [x2]"),
            (Arch::AArch64, 0xbd40_0041, 4, "ldr s1, [x2]"),
            (Arch::AArch64, 0x2940_0c41, 4, "ldp w1, w3, [x2]"),
            (Arch::AArch64, 0x6940_0c41, 4, "ldpsw x1, x3, [x2]"),
            (Arch::AArch64, 0xa940_0c41, 8, "ldp x1, x3, [x2]"),
            (Arch::AArch64, 0x6d40_0c41, 8, "ldp d1, d3, [x2]"),
            (Arch::AArch64, 0x88df_fc41, 4, "ldar w1, [x2]"),
            (Arch::AArch64, 0x885f_7c41, 4, "ldxr w1, [x2]"),
            (Arch::AArch64, 0xc87f_0c41, 8, "ldxp x1, x3, [x2]"),
            (Arch::AArch64, 0x88a1_7c43, 4, "cas w1, w3, [x2]"),
            (Arch::AArch64, 0x0820_7c40, 8, "casp w0, w1, w0, w1, [x2]"),
            (Arch::AArch64, 0xb821_0043, 4, "ldadd w1, w3, [x2]"),
            (Arch::AArch64, 0x1800_0001, 4, "ldr w1, 0"),
            (Arch::AArch64, 0x5800_0001, 8, "ldr x1, 0"),
            (Arch::Riscv64, 0x0005_a503, 4, "lw a0, 0(a1)"),
            (Arch::Riscv64, 0x0005_b503, 8, "ld a0, 0(a1)"),
            (Arch::Riscv64, 0x0005_c503, 1, "lbu a0, 0(a1)"),
            (Arch::Riscv64, 0x0005_e503, 4, "lwu a0, 0(a1)"),
            (Arch::Riscv64, 0x0005_a507, 4, "flw fa0, 0(a1)"),
            (Arch::Riscv64, 0x00c5_a52f, 4, "amoadd.w a0, a2, (a1)"),
            (Arch::Riscv64, 0x00c5_b52f, 8, "amoadd.d a0, a2, (a1)"),
            (Arch::Ppc64le, 0x8064_0000, 4, "lwz 3, 0(4)"),
            (Arch::Ppc64le, 0xe864_0000, 8, "ld 3, 0(4)"),
            (Arch::Ppc64le, 0xe864_0002, 4, "lwa 3, 0(4)"),
            (Arch::Ppc64le, 0x8864_0000, 1, "lbz 3, 0(4)"),
            (Arch::Ppc64le, 0x7c64_282e, 4, "lwzx 3, 4, 5"),
            (Arch::Ppc64le, 0x7c60_2028, 4, "lwarx 3, 0, 4"),
            (Arch::Ppc64le, 0x7c60_20a8, 8, "ldarx 3, 0, 4"),
        ];
        for (arch, word, expected, text) in words {
            assert_eq!(width(arch, &word.to_le_bytes()), expected, "{text}");
        }
        // c.lw a0, 0(a1); c.ld a0, 0(a1); c.lwsp a0, 0(sp).
        for (half, expected) in [(0x4188_u16, 4), (0x6188, 8), (0x4502, 4)] {
            assert_eq!(width(Arch::Riscv64, &half.to_le_bytes()), expected);
        }
    }
}
