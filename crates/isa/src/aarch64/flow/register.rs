//! Flow of C4.1 "Data Processing -- Register".

use super::constant;
use super::operands::{RA, RD, RM, RN, x, x_or_sp};
use super::shapes::compute;
use crate::aarch64::registers::NZCV;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

pub(super) fn flow(word: u32) -> Option<Flow> {
    match (bit(word, 28), field(word, 24, 21)) {
        (false, 0b0000..=0b0111) => Some(logical(word)),
        (false, op2) if op2 & 1 == 0 => shifted(word),
        (false, _) => extended(word),
        (true, 0b0000) => carry_or_flags(word),
        (true, 0b0010) => conditional_compare(word),
        (true, 0b0100) => conditional_select(word),
        (true, 0b0110) if bit(word, 30) => one_source(word),
        (true, 0b0110) => two_sources(word),
        (true, 0b1000..=0b1111) => three_sources(word),
        _ => None,
    }
}

/// "Logical (shifted register)"
fn logical(word: u32) -> Flow {
    let mut flow = Flow {
        constant: constant::logical_register(word),
        ..compute(x(word, RD), x(word, RN) | x(word, RM))
    };
    if field(word, 30, 29) == 0b11 {
        flow.computed |= NZCV;
    }
    flow
}

/// "Add/subtract (shifted register)"
fn shifted(word: u32) -> Option<Flow> {
    let mut flow = compute(x(word, RD), x(word, RN) | x(word, RM));
    if bit(word, 29) {
        flow.computed |= NZCV;
    }
    (field(word, 23, 22) != 0b11).then_some(flow)
}

/// "Add/subtract (extended register)"
fn extended(word: u32) -> Option<Flow> {
    let data = x_or_sp(word, RN) | x(word, RM);
    let computed = if bit(word, 29) {
        x(word, RD) | NZCV
    } else {
        x_or_sp(word, RD)
    };
    (field(word, 23, 22) == 0b00).then_some(compute(computed, data))
}

fn carry_or_flags(word: u32) -> Option<Flow> {
    let flags = field(word, 31, 29);
    // "Add/subtract (with carry)"
    if field(word, 15, 10) == 0 {
        let mut flow = compute(x(word, RD), x(word, RN) | x(word, RM) | NZCV);
        if bit(word, 29) {
            flow.computed |= NZCV;
        }
        return Some(flow);
    }
    // "Rotate right into flags": `rmif`; "Evaluate into flags": `setf8`, `setf16`. They keep
    // some of the flags.
    let rmif = flags == 0b101 && field(word, 14, 10) == 0b00001 && !bit(word, 4);
    let setf = flags == 0b001
        && field(word, 20, 15) == 0
        && field(word, 13, 10) == 0b0010
        && field(word, 4, 0) == 0b01101;
    (rmif || setf).then_some(compute(NZCV, x(word, RN) | NZCV))
}

/// "Conditional compare": `ccmp`, `ccmn`.
fn conditional_compare(word: u32) -> Option<Flow> {
    let mut data = x(word, RN);
    let immediate = bit(word, 11);
    if !immediate {
        data |= x(word, RM);
    }
    (bit(word, 29) && !bit(word, 10) && !bit(word, 4)).then_some(pick(NZCV, data))
}

/// "Conditional select": `csel`, `csinc`, `csinv`, `csneg`.
fn conditional_select(word: u32) -> Option<Flow> {
    let flow = pick(x(word, RD), x(word, RN) | x(word, RM));
    (!bit(word, 29) && !bit(word, 11)).then_some(flow)
}

/// A computation of `computed` from one of `data`, or a constant, which the flags choose: B2.3 "Pick
/// Basic dependency".
const fn pick(computed: Registers, data: Registers) -> Flow {
    Flow {
        picked: NZCV,
        ..compute(computed, data)
    }
}

/// "Data-processing (1 source)"
fn one_source(word: u32) -> Option<Flow> {
    let is_64_bit = bit(word, 31);
    let (opcode2, opcode) = (field(word, 20, 16), field(word, 15, 10));
    match (opcode2, opcode) {
        _ if bit(word, 29) => None,
        // `rbit`, `rev16`, `rev32`, `rev`, `clz`, `cls`; `ctz`, `cnt`, `abs`
        (0b00000, 0..=8) if is_64_bit || opcode != 3 => Some(compute(x(word, RD), x(word, RN))),
        // `pacia` … `autdb`: Rd is the address, Rn the modifier.
        (0b00001, 0..=7) if is_64_bit => {
            Some(compute(x(word, RD), x(word, RD) | x_or_sp(word, RN)))
        }
        // `paciza` … `autdzb`, `xpaci`, `xpacd`
        (0b00001, 8..=17) if is_64_bit && field(word, 9, 5) == 31 => {
            Some(compute(x(word, RD), x(word, RD)))
        }
        _ => None,
    }
}

/// "Data-processing (2 source)"
fn two_sources(word: u32) -> Option<Flow> {
    let is_64_bit = bit(word, 31);
    match (bit(word, 29), field(word, 15, 10)) {
        // `subp`, `subps` (MTE)
        (sets_flags, 0) if is_64_bit => {
            let mut flow = compute(x(word, RD), x_or_sp(word, RN) | x_or_sp(word, RM));
            if sets_flags {
                flow.computed |= NZCV;
            }
            Some(flow)
        }
        // `udiv`, `sdiv`; `lslv`, `lsrv`, `asrv`, `rorv`; `crc32*`; `smax`, `umax`, `smin`,
        // `umin`
        (false, 2 | 3 | 8..=11 | 16..=23 | 24..=27) => {
            Some(compute(x(word, RD), x(word, RN) | x(word, RM)))
        }
        // `irg` (MTE)
        (false, 4) if is_64_bit => {
            Some(compute(x_or_sp(word, RD), x_or_sp(word, RN) | x(word, RM)))
        }
        // `gmi` (MTE)
        (false, 5) if is_64_bit => Some(compute(x(word, RD), x_or_sp(word, RN) | x(word, RM))),
        // `pacga`
        (false, 12) if is_64_bit => Some(compute(x(word, RD), x(word, RN) | x_or_sp(word, RM))),
        _ => None,
    }
}

/// "Data-processing (3 source)"
fn three_sources(word: u32) -> Option<Flow> {
    let is_64_bit = bit(word, 31);
    let product = x(word, RN) | x(word, RM);
    match (field(word, 23, 21), bit(word, 15)) {
        _ if field(word, 30, 29) != 0 => None,
        // `madd`, `msub`
        (0b000, _) => Some(compute(x(word, RD), product | x(word, RA))),
        // `smaddl`, `smsubl`, `umaddl`, `umsubl`
        (0b001 | 0b101, _) if is_64_bit => Some(compute(x(word, RD), product | x(word, RA))),
        // `smulh`, `umulh`
        (0b010 | 0b110, false) if is_64_bit => Some(compute(x(word, RD), product)),
        _ => None,
    }
}
