//! Flow of fixed-point arithmetic, comparison, logic, rotation and shifts: Book I 3.3.

use super::branch::trap_register;
use super::operands::{CARRY, CR0, OVERFLOW, bf, cr, ra, ra_or_zero, rb, rt};
use super::shapes::compute;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// Returns the flow of a primary opcode of this group.
pub(super) fn primary(word: u32) -> Flow {
    match field(word, 31, 26) {
        // `mulli`
        7 => compute(ra(word), rt(word)),
        // `subfic`, `addic`; `addic.`
        8 | 12 => compute(ra(word), rt(word) | CARRY),
        13 => with_cr0(compute(ra(word), rt(word) | CARRY)),
        // `cmpli`, `cmpi`
        10 | 11 => compute(ra(word) | OVERFLOW, bf(word)),
        // `addi`, `addis`
        14 | 15 => compute(ra_or_zero(word), rt(word)),
        // `rlwimi`, which keeps the bits outside its mask; `rlwinm`; `rlwnm`
        20 => recorded(word, compute(rt(word) | ra(word), ra(word))),
        21 => recorded(word, compute(rt(word), ra(word))),
        23 => recorded(word, compute(rt(word) | rb(word), ra(word))),
        // `ori`, `oris`, `xori`, `xoris`; `andi.`, `andis.`
        24..=27 => compute(rt(word), ra(word)),
        28 | 29 => with_cr0(compute(rt(word), ra(word))),
        30 => match field(word, 4, 1) {
            // `rldicl`, `rldicr`, `rldic`; `rldimi`; `rldcl`, `rldcr`
            0..=5 => recorded(word, compute(rt(word), ra(word))),
            6 | 7 => recorded(word, compute(rt(word) | ra(word), ra(word))),
            8 | 9 => recorded(word, compute(rt(word) | rb(word), ra(word))),
            _ => Flow::UNKNOWN,
        },
        _ => Flow::UNKNOWN,
    }
}

/// Returns the flow of an extended opcode of primary opcode 31, if it is in this group.
pub(super) fn extended(word: u32, xo: u32) -> Option<Flow> {
    // `isel`
    if xo & 31 == 15 {
        let condition = cr(field(word, 10, 8));
        return Some(compute(ra_or_zero(word) | rb(word) | condition, rt(word)));
    }
    arithmetic(word, xo)
        .or_else(|| logic(word, xo))
        .or_else(|| unrecorded(word, xo))
}

/// Arithmetic. All forms have Rc, and most have OE.
fn arithmetic(word: u32, xo: u32) -> Option<Flow> {
    let one = compute(ra(word), rt(word));
    let two = compute(ra(word) | rb(word), rt(word));
    // `mulhdu`, `mulhwu`, `mulhd`, `mulhw` have no OE.
    if matches!(xo, 9 | 11 | 73 | 75) {
        return Some(recorded(word, two));
    }
    // The high bit is OE.
    let flow = match xo & 0x1ff {
        // `subfc`, `addc`
        8 | 10 => carry_out(two),
        // `subfe`, `adde`
        136 | 138 => carry_in(carry_out(two)),
        // `subfze`, `addze`, `subfme`, `addme`
        200 | 202 | 232 | 234 => carry_in(carry_out(one)),
        // `neg`
        104 => one,
        // `subf`, `mulld`, `mullw`, `add`
        40 | 233 | 235 | 266 => two,
        // `divdeu`, `divweu`, `divde`, `divwe`, `divdu`, `divwu`, `divd`, `divw`
        393 | 395 | 425 | 427 | 457 | 459 | 489 | 491 => two,
        _ => return None,
    };
    let flow = if bit(word, 10) { overflow(flow) } else { flow };
    Some(recorded(word, flow))
}

/// Logic: computes RA from RS. All forms have Rc.
fn logic(word: u32, xo: u32) -> Option<Flow> {
    let one = compute(rt(word), ra(word));
    let two = compute(rt(word) | rb(word), ra(word));
    let flow = match xo {
        // `and`, `andc`, `nor`, `orc`, `xor`, `eqv`, `nand`, `or`
        28 | 60 | 124 | 412 | 316 | 284 | 476 | 444 => two,
        // `slw`, `sld`, `srw`, `srd`
        24 | 27 | 536 | 539 => two,
        // `sraw`, `srad`; `srawi`, `sradi`
        792 | 794 => carry_out(two),
        824 | 826 | 827 => carry_out(one),
        // `extswsli`; `extsb`, `extsh`, `extsw`
        890 | 891 | 954 | 922 | 986 => one,
        // `cntlzw`, `cntlzd`, `cnttzw`, `cnttzd`
        26 | 58 | 538 | 570 => one,
        _ => return None,
    };
    Some(recorded(word, flow))
}

/// The instructions without Rc.
fn unrecorded(word: u32, xo: u32) -> Option<Flow> {
    let two = ra(word) | rb(word);
    let flow = match xo {
        // `cmp`, `cmpl`: they copy SO to the fourth bit of the result.
        0 | 32 => compute(two | OVERFLOW, bf(word)),
        // `cmprb`, `cmpeqb`
        192 | 224 => compute(two, bf(word)),
        // `tw`, `td`
        4 | 68 => trap_register(word),
        // `addg6s`; `modud`, `moduw`, `modsd`, `modsw`
        74 | 265 | 267 | 777 | 779 => compute(two, rt(word)),
        // `addex`: OV is its carry.
        170 => compute(two | OVERFLOW, rt(word) | OVERFLOW),
        // `darn`: a random number.
        755 => compute(Registers::NONE, rt(word)),
        // `popcntb`, `popcntw`, `popcntd`, `prtyw`, `prtyd`
        122 | 378 | 506 | 154 | 186 => compute(rt(word), ra(word)),
        // `bpermd`, `cmpb`
        252 | 508 => compute(rt(word) | rb(word), ra(word)),
        _ => return None,
    };
    // Bit 0 is reserved in these instructions.
    Some(if bit(word, 0) { Flow::UNKNOWN } else { flow })
}

/// Returns `flow`. If Rc is set, it also writes CR0.
fn recorded(word: u32, flow: Flow) -> Flow {
    if bit(word, 0) { with_cr0(flow) } else { flow }
}

/// Returns `flow`, which also writes CR0 by its result, and copies SO to CR0's fourth bit.
fn with_cr0(flow: Flow) -> Flow {
    also(flow, CR0)
}

fn carry_out(flow: Flow) -> Flow {
    Flow {
        computed: flow.computed | CARRY,
        ..flow
    }
}

fn carry_in(flow: Flow) -> Flow {
    Flow {
        data: flow.data | CARRY,
        ..flow
    }
}

/// Returns `flow`, which also writes OV, and SO, which it never clears and so reads.
fn overflow(flow: Flow) -> Flow {
    also(flow, OVERFLOW)
}

/// Returns `flow`, which also computes `flags` from its operands and from SO.
fn also(flow: Flow, flags: Registers) -> Flow {
    Flow {
        second: flow.second | flags,
        second_data: flow.second_data | flow.data | OVERFLOW,
        ..flow
    }
}
