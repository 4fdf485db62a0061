//! "C" and "Zcb": which compressed instructions are known. None of them orders anything.

/// Whether the halfword is an instruction of RV64C or Zcb, by quadrant and funct3.
///
/// Reserved encodings are unknown, because a later extension may give them an access to memory,
/// as it did to `c.mop.1` (`c.sspush`).
pub(super) fn is_known(half: u16) -> bool {
    let rd = half >> 7 & 0b1_1111;
    // `c.lui` and `c.addi16sp` are reserved with an immediate of zero.
    let has_immediate = half & 0b1_0000_0111_1100 != 0;
    match (half & 0b11, half >> 13) {
        // `c.addi4spn`, reserved with an immediate of zero. All zeros is defined to trap.
        (0b00, 0b000) => half == 0 || half >> 5 != 0,
        // `c.fld`, `c.lw`, `c.ld`
        (0b00, 0b001..=0b011) => true,
        (0b00, 0b100) => is_zcb(half),
        // `c.fsd`, `c.sw`, `c.sd`
        (0b00, 0b101..=0b111) => true,
        // `c.addi`, `c.nop`
        (0b01, 0b000) => true,
        // `c.addiw`
        (0b01, 0b001) => rd != 0,
        // `c.li`
        (0b01, 0b010) => true,
        // `c.lui`, `c.addi16sp`
        (0b01, 0b011) => has_immediate,
        // `c.srli` … `c.addw`, and Zcb's `c.mul`, `c.zext.b` … `c.not`
        (0b01, 0b100) => half & 0b1_1100_0111_1000 != 0b1_1100_0111_1000,
        // `c.j`, `c.beqz`, `c.bnez`
        (0b01, 0b101..=0b111) => true,
        // `c.slli`, `c.fldsp`
        (0b10, 0b000 | 0b001) => true,
        // `c.lwsp`, `c.ldsp`
        (0b10, 0b010 | 0b011) => rd != 0,
        // `c.mv`, `c.add`, `c.jr`, `c.jalr`, `c.ebreak`; `c.jr` with x0 is reserved.
        (0b10, 0b100) => half != 0x8002,
        // `c.fsdsp`, `c.swsp`, `c.sdsp`
        (0b10, _) => true,
        // Low bits 11: not compressed.
        _ => false,
    }
}

/// Zcb: `c.lbu`, `c.lhu`, `c.lh`, `c.sb`, `c.sh`.
fn is_zcb(half: u16) -> bool {
    match half >> 10 & 0b111 {
        0b000..=0b010 => true,
        0b011 => half >> 6 & 1 == 0,
        _ => false,
    }
}
