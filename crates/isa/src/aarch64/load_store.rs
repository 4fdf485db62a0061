//! Effect of C4.1 "Loads and Stores".

use super::{atomics, exclusive};
use crate::bits::{bit, field};
use crate::{Acquire, Effect};

pub(super) fn decode(word: u32) -> Effect {
    let simd = bit(word, 26);
    match (field(word, 29, 28), bit(word, 24)) {
        (0b00, _) if simd => Effect::plain_if(is_simd_structure(word)),
        (0b00, false) => exclusive::decode(word),
        (0b01, false) => Effect::plain_if(is_literal(word)),
        (0b01, true) => rcpc_unscaled(word),
        (0b10, _) => Effect::plain_if(is_pair(word)),
        (0b11, true) => Effect::plain_if(is_known_size(word, Prefetch::Allowed)),
        (0b11, false) => register(word),
        // 00 with bit 24 set: FEAT_LSUI
        _ => Effect::UNKNOWN,
    }
}

/// Whether the word is in "Advanced SIMD load/store multiple structures" or "… single
/// structure": `ld1` … `st4`, `ld1r` … `ld4r`.
///
/// Without post-index, bits 20..16 must be zero: others are `ldap1` and `stl1` (RCPC3), which do
/// order.
fn is_simd_structure(word: u32) -> bool {
    let post_index = bit(word, 23);
    let single = bit(word, 24);
    !bit(word, 31)
        && (post_index || field(word, 20, 16) == 0)
        // Bit 21 is "R" for a single structure, and zero for multiple ones.
        && (single || !bit(word, 21))
}

/// "Load register (literal)": whether the instruction is known. `prfm` is one of them.
fn is_literal(word: u32) -> bool {
    let simd = bit(word, 26);
    !(simd && field(word, 31, 30) == 0b11)
}

/// "LDAPR/STLR (unscaled immediate)". The encodings around them are MTE, MOPS, RCPC3 and THE.
fn rcpc_unscaled(word: u32) -> Effect {
    let in_group = !bit(word, 26) && !bit(word, 21) && field(word, 11, 10) == 0b00;
    match (field(word, 31, 30), field(word, 23, 22)) {
        _ if !in_group => Effect::UNKNOWN,
        // `stlur`
        (_, 0b00) => Effect::PLAIN.with_release(true),
        // `ldapur`, `ldapurs*`: Load-AcquirePC
        (_, 0b01) | (0b00..=0b10, 0b10) | (0b00..=0b01, 0b11) => {
            Effect::PLAIN.with_acquire(Acquire::Rcpc)
        }
        _ => Effect::UNKNOWN,
    }
}

/// "Load/store register pair", "Load/store no-allocate pair": whether the instruction is known
/// (`ldp`, `stp`, `ldpsw`; `ldnp`, `stnp`).
///
/// The weaker order of `ldnp` and `stnp` (C3.2 "Load/store non-temporal pair") is not modelled.
fn is_pair(word: u32) -> bool {
    let simd = bit(word, 26);
    let no_allocate = field(word, 24, 23) == 0b00;
    match field(word, 31, 30) {
        0b00 | 0b10 => true,
        // With general registers, a load is `ldpsw`, a store `stgp` (MTE).
        0b01 => simd || (bit(word, 22) && !no_allocate),
        _ => false,
    }
}

/// Words with bits 29..27 = 111 and no unsigned offset, by bits 21 and 11..10.
fn register(word: u32) -> Effect {
    let simd = bit(word, 26);
    match (bit(word, 21), field(word, 11, 10)) {
        // "unscaled immediate"
        (false, 0b00) => Effect::plain_if(is_known_size(word, Prefetch::Allowed)),
        // "immediate post-indexed", "immediate pre-indexed"
        (false, 0b01 | 0b11) => Effect::plain_if(is_known_size(word, Prefetch::None)),
        // "unprivileged"
        (false, 0b10) => Effect::plain_if(!simd && is_known_size(word, Prefetch::None)),
        (true, 0b00) => atomics::decode(word),
        // "register offset": `option<1>` must be set.
        (true, 0b10) => Effect::plain_if(bit(word, 14) && is_known_size(word, Prefetch::Allowed)),
        // "pac": `ldraa`, `ldrab`
        _ => Effect::plain_if(!simd && field(word, 31, 30) == 0b11),
    }
}

/// Whether a form has a prefetch in the place of a signed load of 64 bits.
#[derive(PartialEq)]
enum Prefetch {
    Allowed,
    None,
}

/// Whether the combination of size (bits 31..30) and opc (bits 23..22) is allocated.
fn is_known_size(word: u32, prefetch: Prefetch) -> bool {
    let simd = bit(word, 26);
    match (field(word, 31, 30), field(word, 23, 22)) {
        (_, 0b00 | 0b01) => true,
        // 128 bits
        (0b00, _) if simd => true,
        _ if simd => false,
        // Signed loads.
        (0b00 | 0b01, _) | (0b10, 0b10) => true,
        // `prfm`, `prfum`
        (0b11, 0b10) => prefetch == Prefetch::Allowed,
        _ => false,
    }
}
