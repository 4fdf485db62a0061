//! "C" and "Zcb": flow of the compressed instructions, each a short form of a 4-byte one.

use super::operands::{f, x};
use super::shapes::{branch, compute, load, store};
use crate::{Flow, Registers};

const RA: Registers = Registers::one(1);
const SP: Registers = Registers::one(2);

/// Returns the flow of `half`, which [`crate::riscv64::compressed`] knows.
pub(super) fn flow(half: u16) -> Flow {
    let funct3 = half >> 13;
    // The fields that name any register.
    let (rd, rs2) = (u32::from(half >> 7 & 31), u32::from(half >> 2 & 31));
    // The fields that name x8 to x15 only: rs1' (or rd', if an operand is also the result), and
    // rs2' (or rd').
    let high = 8 + u32::from(half >> 7 & 7);
    let low = 8 + u32::from(half >> 2 & 7);
    match (half & 0b11, funct3) {
        // Defined to trap.
        (0b00, _) if half == 0 => Flow::UNKNOWN,
        // `c.addi4spn`
        (0b00, 0b000) => compute(SP, x(low)),
        // `c.fld`; `c.lw`, `c.ld`
        (0b00, 0b001) => load(x(high), f(low)),
        (0b00, 0b010 | 0b011) => load(x(high), x(low)),
        // Zcb: `c.lbu`, `c.lhu`, `c.lh`; `c.sb`, `c.sh`
        (0b00, 0b100) if half >> 11 & 1 == 0 => load(x(high), x(low)),
        (0b00, 0b100) => store(x(high), x(low)),
        // `c.fsd`; `c.sw`, `c.sd`
        (0b00, 0b101) => store(x(high), f(low)),
        (0b00, 0b110 | 0b111) => store(x(high), x(low)),
        // `c.addi`, `c.addiw`
        (0b01, 0b000 | 0b001) => compute(x(rd), x(rd)),
        // `c.li`; `c.addi16sp`, `c.lui`
        (0b01, 0b010) => compute(Registers::NONE, x(rd)),
        (0b01, 0b011) if rd == 2 => compute(SP, SP),
        (0b01, 0b011) => compute(Registers::NONE, x(rd)),
        // `c.srli`, `c.srai`, `c.andi`
        (0b01, 0b100) if half >> 10 & 0b11 != 0b11 => compute(x(high), x(high)),
        // Zcb: `c.zext.b` … `c.not`
        (0b01, 0b100) if half >> 12 & 1 == 1 && half >> 5 & 0b11 == 0b11 => {
            compute(x(high), x(high))
        }
        // `c.sub`, `c.xor`, `c.or`, `c.and`, `c.subw`, `c.addw`; Zcb: `c.mul`
        (0b01, 0b100) => compute(x(high) | x(low), x(high)),
        // `c.j`
        (0b01, 0b101) => Flow::NONE,
        // `c.beqz`, `c.bnez`
        (0b01, _) => branch(x(high), Registers::NONE),
        // `c.slli`
        (0b10, 0b000) => compute(x(rd), x(rd)),
        // `c.fldsp`; `c.lwsp`, `c.ldsp`
        (0b10, 0b001) => load(SP, f(rd)),
        (0b10, 0b010 | 0b011) => load(SP, x(rd)),
        (0b10, 0b100) => register(half >> 12 & 1 == 1, rd, rs2),
        // `c.fsdsp`; `c.swsp`, `c.sdsp`
        (0b10, 0b101) => store(SP, f(rs2)),
        (0b10, _) => store(SP, x(rs2)),
        _ => Flow::UNKNOWN,
    }
}

/// Jumps to a register, moves and additions: bit 12 tells `c.jr` and `c.mv` from `c.jalr` and
/// `c.add`.
fn register(bit_12: bool, rd: u32, rs2: u32) -> Flow {
    match (bit_12, rd, rs2) {
        // `c.ebreak`
        (true, 0, 0) => Flow::NONE,
        // `c.jr`, `c.jalr`
        (false, _, 0) => branch(x(rd), Registers::NONE),
        (true, _, 0) => branch(x(rd), RA),
        // `c.mv`, `c.add`
        (false, _, _) => compute(x(rs2), x(rd)),
        (true, _, _) => compute(x(rd) | x(rs2), x(rd)),
    }
}
