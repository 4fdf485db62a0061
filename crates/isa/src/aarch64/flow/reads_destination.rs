//! Whether an Advanced SIMD instruction reads its old destination.
//!
//! An instruction does if it accumulates, inserts, or writes only the upper half (`xtn2`). A
//! scalar instruction counts as reading it, because FPCR.NEP may keep the upper elements.
//!
//! Each table lists the opcodes that are known *not* to read it: bit n stands for opcode n.

use crate::bits::{bit, field};

/// Whether `opcode` is missing from the table `overwriting`.
const fn reads_unless(overwriting: u32, opcode: u32) -> bool {
    overwriting >> opcode & 1 == 0
}

const fn is_scalar(word: u32) -> bool {
    bit(word, 28)
}

/// Bit Q: a narrowing instruction writes the upper half of Vd with Q set (`xtn2`), and zeroes it
/// with Q clear.
const fn is_upper_half(word: u32) -> bool {
    bit(word, 30)
}

/// "three same", by opcode (bits 15..11).
pub(super) const fn three_same(word: u32) -> bool {
    // Not 00011 (below), 01111 `saba`, 10010 `mla`, 11001 `fmla`, 11101 `fmlal`.
    const OVERWRITING: u32 = 0b1101_1101_1111_1011_0111_1111_1111_0111;
    let (u, size, opcode) = (bit(word, 29), field(word, 23, 22), field(word, 15, 11));
    if is_scalar(word) {
        return true;
    }
    if opcode == 0b00011 {
        // `and`, `bic`, `orr`, `orn`; `eor`; not `bsl`, `bit`, `bif`.
        return u && size != 0b00;
    }
    reads_unless(OVERWRITING, opcode)
}

/// "three different", by opcode (bits 15..12).
pub(super) const fn three_different(word: u32) -> bool {
    // `addl`, `addw`, `subl`, `subw`; `abdl`; `mull`, `sqdmull`, `pmull`
    const OVERWRITING: u32 = 0b0111_0000_1000_1111;
    // `addhn`, `subhn`
    const NARROWING: u32 = 0b0000_0000_0101_0000;
    let opcode = field(word, 15, 12);
    if is_scalar(word) {
        return true;
    }
    if is_upper_half(word) {
        reads_unless(OVERWRITING, opcode)
    } else {
        reads_unless(OVERWRITING | NARROWING, opcode)
    }
}

/// "two-register miscellaneous", by opcode (bits 16..12).
pub(super) const fn two_registers(word: u32) -> bool {
    // Not 00011 `suqadd`, 00110 `sadalp`, the narrowing ones, 10111 `fcvtl`.
    const OVERWRITING: u32 = 0b1111_1111_0000_1000_1111_1111_1011_0111;
    // `xtn`, `sqxtun`; `sqxtn`; `fcvtn`
    const NARROWING: u32 = 0b0000_0000_0101_0100_0000_0000_0000_0000;
    let opcode = field(word, 16, 12);
    if is_scalar(word) {
        return true;
    }
    if is_upper_half(word) {
        reads_unless(OVERWRITING, opcode)
    } else {
        reads_unless(OVERWRITING | NARROWING, opcode)
    }
}

/// "shift by immediate", by opcode (bits 15..11).
pub(super) const fn shift(word: u32) -> bool {
    // `sshr`; `srshr`; `sqshlu`, `sqshl`; `sshll`; `scvtf`, `fcvtzs`
    const OVERWRITING: u32 = 0b1001_0000_0001_0000_0111_0000_0001_0001;
    // `shrn`, `rshrn`, `sqshrn`, `sqrshrn`
    const NARROWING: u32 = 0b0000_0000_0000_1111_0000_0000_0000_0000;
    // With U set, this opcode is `sli`, which inserts.
    const SHL: u32 = 0b01010;
    let (u, opcode) = (bit(word, 29), field(word, 15, 11));
    if is_scalar(word) {
        return true;
    }
    if opcode == SHL {
        return u;
    }
    if is_upper_half(word) {
        reads_unless(OVERWRITING, opcode)
    } else {
        reads_unless(OVERWRITING | NARROWING, opcode)
    }
}

/// "vector x indexed element", by opcode (bits 15..12).
pub(super) const fn indexed(word: u32) -> bool {
    let (u, opcode) = (bit(word, 29), field(word, 15, 12));
    if is_scalar(word) {
        return true;
    }
    match (u, opcode) {
        // `mul`, `fmul`, `sqdmulh`, `sqrdmulh`, `sqdmull`
        (false, 0b1000 | 0b1001 | 0b1100 | 0b1101 | 0b1011) => false,
        // `smull`, `umull`
        (_, 0b1010) => false,
        _ => true,
    }
}
