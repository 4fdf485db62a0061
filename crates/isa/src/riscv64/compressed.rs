//! "C" and "Zcb": none of the compressed instructions orders anything.

/// Whether the halfword is an instruction of RV64C (or Zcb), by quadrant and funct3. What is
/// reserved is not: some of it (`c.mop.1`, that is `c.sspush`) has come to access memory since.
pub(super) fn is_known(half: u16) -> bool {
    let rd = half >> 7 & 0b1_1111;
    // The immediate of `c.lui` and `c.addi16sp`, which must not be zero.
    let has_immediate = half & 0b1_0000_0111_1100 != 0;
    match (half & 0b11, half >> 13) {
        // Zero is defined to trap; `c.addi4spn` with zero is reserved.
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
        // 11: not compressed.
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
