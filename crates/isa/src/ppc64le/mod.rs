//! Decoder for Power (64-bit, little-endian).
//!
//! Sections are those of the Power ISA 3.0B. "Book I" is the user instruction set, "Book II" is
//! storage and its order, "Book III" is for the operating system.
//!
//! Fields have the names of the Power ISA, but bits are counted from the least significant, as in
//! the rest of the crate: the ISA's bit n is bit 31−n here.
//!
//! [`storage`] decodes what orders (barriers, reservations, atomics, caches), [`tables`] lists
//! the extended opcodes that order nothing. The files of [`flow`](self::flow()) are in `flow`.

mod flow;
mod storage;
mod tables;

pub(crate) use flow::flow;

use crate::bits::{bit, field};
use crate::{Effect, Single};

/// Appendix "Opcode maps", by the primary opcode.
pub(crate) fn decode(word: u32) -> Effect {
    match field(word, 31, 26) {
        // `tdi`, `twi`
        2 | 3 => Effect::PLAIN,
        // Vector (Book I ch. 6), `maddhd` …: no access to memory.
        4 => Effect::PLAIN,
        // `lxvp`, `stxvp` (3.1)
        6 => Effect::plain_if(field(word, 3, 1) == 0),
        // `mulli`, `subfic`, `cmpli`, `cmpi`, `addic`, `addic.`, `addi`, `addis`
        7 | 8 | 10..=15 => Effect::PLAIN,
        // `bc`, `b`
        16 | 18 => Effect::PLAIN,
        17 => Effect::plain_if(is_system_call(word)),
        19 => extended_19(word),
        // `rlwimi`, `rlwinm`, `rlwnm`
        20 | 21 | 23 => Effect::PLAIN,
        // `ori`, `oris`, `xori`, `xoris`, `andi.`, `andis.`; `rldicl` …
        24..=30 => Effect::PLAIN,
        31 => extended_31(word),
        // `lwz` … `sthu`; `lfs` … `stfdu`. Not `lmw`, `stmw` (46, 47): Book I 3.3.5, an error
        // in little-endian mode.
        32..=45 | 48..=55 => Effect::PLAIN,
        56 => Effect::plain_if(is_lq(word)),
        // `lfdp`, `lxsd`, `lxssp`
        57 => Effect::plain_if(field(word, 1, 0) != 0b01),
        // Floating point, decimal and VSX arithmetic: no access to memory.
        59 | 60 | 63 => Effect::PLAIN,
        // `stfdp`, `lxv`, `stxv`, `stxsd`, `stxssp`
        61 => Effect::PLAIN,
        // `ld`, `ldu`, `lwa`
        58 => Effect::plain_if(field(word, 1, 0) != 0b11),
        // `std`, `stdu`
        62 if field(word, 1, 0) <= 0b01 => Effect::PLAIN,
        62 => Effect::plain_if(is_stq(word)),
        // Reserved; 1 is the prefix of an instruction of 8 bytes (3.1).
        _ => Effect::UNKNOWN,
    }
}

/// Book II 1.4: `lq`, `stq`, `lqarx` and `stqcx.` access an aligned quadword at once. Vectors are
/// not among the accesses of 16 bytes that do.
pub(crate) fn single(word: u32) -> Single {
    const LQARX: u32 = 276;
    const STQCX: u32 = 182;
    let always = match field(word, 31, 26) {
        56 => is_lq(word),
        62 => is_stq(word),
        31 => match field(word, 10, 1) {
            LQARX => true,
            STQCX => bit(word, 0),
            _ => false,
        },
        _ => false,
    };
    if always { Single::Always } else { Single::No }
}

/// Book I 3.3.4 `lq`. "If RTp is odd or RTp=RA, the instruction form is invalid."
fn is_lq(word: u32) -> bool {
    let rtp = field(word, 25, 21);
    !bit(rtp, 0) && rtp != field(word, 20, 16) && field(word, 3, 0) == 0
}

/// Book I 3.3.4 `stq`. "If RSp is odd, the instruction form is invalid."
fn is_stq(word: u32) -> bool {
    field(word, 1, 0) == 0b10 && !bit(field(word, 25, 21), 0)
}

/// `sc 0`, `scv`. A system call orders nothing by itself; the caller handles it separately.
fn is_system_call(word: u32) -> bool {
    let sc = field(word, 1, 0) == 0b10 && field(word, 11, 5) == 0;
    let scv = field(word, 1, 0) == 0b01;
    sc || scv
}

fn extended_19(word: u32) -> Effect {
    // `addpcis` has a shorter extended opcode.
    if field(word, 5, 1) == 2 {
        return Effect::PLAIN;
    }
    match field(word, 10, 1) {
        // Book II 4.6.1 `isync`: a context synchronisation, which orders no accesses by itself.
        // The register flow says what it does after a conditional branch.
        150 => Effect::PLAIN,
        // `mcrf`; `bclr`, `bcctr`, `bctar`
        0 | 16 | 528 | 560 => Effect::PLAIN,
        // `crnor`, `crandc`, `crxor`, `crnand`, `crand`, `creqv`, `crorc`, `cror`
        33 | 129 | 193 | 225 | 257 | 289 | 417 | 449 => Effect::PLAIN,
        _ => Effect::UNKNOWN,
    }
}

fn extended_31(word: u32) -> Effect {
    // `isel` has a shorter extended opcode.
    if field(word, 5, 1) == 15 {
        return Effect::PLAIN;
    }
    let xo = field(word, 10, 1);
    if let Some(effect) = storage::decode(word, xo) {
        return effect;
    }
    match xo {
        444 => or(word),
        // `mfspr`, `mftb`; `mtspr`
        339 | 371 => Effect::plain_if(tables::is_known_spr(word, tables::Move::From)),
        467 => Effect::plain_if(tables::is_known_spr(word, tables::Move::To)),
        _ => Effect::plain_if(tables::is_arithmetic(xo) || tables::is_load_or_store(xo)),
    }
}

/// `or`. Some forms that change no register are hints.
fn or(word: u32) -> Effect {
    let (rs, ra, rb) = (
        field(word, 25, 21),
        field(word, 20, 16),
        field(word, 15, 11),
    );
    let hint = rs == ra && rs == rb && !bit(word, 0);
    match rs {
        // Book II 3.2 "Program priority registers" and its note on yielding: very low, low,
        // "yield".
        31 | 1 | 27 if hint => Effect::SPIN_HINT,
        _ => Effect::PLAIN,
    }
}
