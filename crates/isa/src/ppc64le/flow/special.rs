//! Flow of moves between general registers and CR, special registers, VSX registers: Book I
//! 3.3.16 to 3.3.18.

use super::operands::{
    CARRY, CTR, LR, OVERFLOW, SPECIAL, all_cr, bf, cr, ra, ra_or_zero, rb, rt, vrt, xt,
};
use super::shapes::compute;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// Returns the flow of an extended opcode of primary opcode 31, if it is in this group.
pub(super) fn extended(word: u32, xo: u32) -> Option<Flow> {
    if let Some(flow) = vsx(word, xo) {
        return Some(flow);
    }
    let flow = match xo {
        // `mtcrf`, `mtocrf`; `mfcr`, `mfocrf`
        144 => compute(rt(word), masked_cr(word)),
        19 => move_from_cr(word),
        // `mcrxrx`
        576 => compute(CARRY | OVERFLOW, bf(word)),
        // `setb`
        128 => compute(cr(field(word, 20, 18)), rt(word)),
        // `mfspr`, `mftb`
        339 | 371 => compute(special_register(word), rt(word)),
        // `mtspr`: a write to one of the `SPECIAL` registers keeps the others.
        467 => match special_register(word) {
            SPECIAL => compute(rt(word) | SPECIAL, SPECIAL),
            register => compute(rt(word), register),
        },
        // `lvsl`, `lvsr`
        6 | 38 => compute(ra_or_zero(word) | rb(word), vrt(word)),
        _ => return None,
    };
    Some(if bit(word, 0) { Flow::UNKNOWN } else { flow })
}

fn vsx(word: u32, xo: u32) -> Option<Flow> {
    Some(match xo {
        // `mtvsrd`, `mtvsrwa`, `mtvsrwz`, `mtvsrws`; `mtvsrdd`
        179 | 211 | 243 | 403 => compute(ra(word), xt(word)),
        435 => compute(ra_or_zero(word) | rb(word), xt(word)),
        // `mfvsrd`, `mfvsrwz`, `mfvsrld`
        51 | 115 | 307 => compute(xt(word), ra(word)),
        _ => return None,
    })
}

/// Returns the fields of CR that FXM selects: one bit for each field, CR0 in the highest bit.
fn masked_cr(word: u32) -> Registers {
    (0..8)
        .filter(|number| bit(word, 19 - number))
        .fold(Registers::NONE, |set, number| set | cr(number))
}

/// `mfcr`, `mfocrf`. `mfocrf` is undefined unless it selects exactly one field; it may keep RT.
fn move_from_cr(word: u32) -> Flow {
    let is_one_field = bit(word, 20);
    match field(word, 19, 12) {
        mask if is_one_field && mask.is_power_of_two() => compute(masked_cr(word), rt(word)),
        _ if is_one_field => compute(all_cr() | rt(word), rt(word)),
        _ => compute(all_cr(), rt(word)),
    }
}

/// Returns the special register that `mfspr` and `mtspr` name, or nothing if no instruction of
/// the thread writes it (the time base …).
fn special_register(word: u32) -> Registers {
    // The halves of the number are swapped in the instruction.
    match field(word, 15, 11) << 5 | field(word, 20, 16) {
        1 => CARRY | OVERFLOW,
        8 => LR,
        9 => CTR,
        // SPRG3, TB, TBU, PVR
        259 | 268 | 269 | 287 => Registers::NONE,
        _ => SPECIAL,
    }
}
