//! Single-copy atomicity: B2.2.1 "Requirements for single-copy atomicity" and "Changes to
//! single-copy atomicity in Armv8.4" (FEAT_LSE2).

use crate::Single;
use crate::bits::{bit, field};

/// Whether all bytes that the instruction accesses are one access.
pub(crate) fn single(word: u32) -> Single {
    if super::decode(word).unknown {
        return Single::No;
    }
    let simd = bit(word, 26);
    match (field(word, 29, 27), bit(word, 24)) {
        (0b001, false) if !simd => exclusive(word),
        (0b101, _) => pair(word),
        // "Load register (literal)"
        (0b011, false) if simd && field(word, 31, 30) == 0b10 => Single::WithFeature,
        (0b111, _) if simd => quadword(word),
        _ => Single::No,
    }
}

/// `ldxp`, `stxp`, `casp`.
///
/// "LDXP … a load of two 64-bit quantities is not single-copy atomic, unless the STXP succeeds";
/// the store is one access ("a single-copy atomic update of the entire memory location"). A pair
/// of words is one access of 8 bytes, in the load too.
fn exclusive(word: u32) -> Single {
    let is_pair = bit(word, 21);
    let load = bit(word, 22);
    let doublewords = bit(word, 30);
    match (bit(word, 23), bit(word, 31)) {
        (false, true) if is_pair && load && doublewords => Single::WithFeature,
        // `ldxp` of words, `stxp`; `casp`
        (false, _) if is_pair => Single::Always,
        _ => Single::No,
    }
}

/// `ldp`, `stp`, `ldnp`, `stnp`.
///
/// With FEAT_LSE2, those that "load or store two 64-bit registers" are one access. The pseudocode
/// of C6.2 LDP makes one access of two words too, but two of `ldpsw`. C7.2 LDP (SIMD&FP) makes
/// two accesses. For `d` registers, whose size is 64 bits, the stronger reading counts; those of
/// `s` and `q` registers are two accesses at least.
fn pair(word: u32) -> Single {
    match (bit(word, 26), field(word, 31, 30)) {
        (false, 0b00 | 0b10) | (true, 0b01) => Single::WithFeature,
        _ => Single::No,
    }
}

/// `ldr` and `str` of a `q` register: two accesses of 8 bytes without FEAT_LSE2.
fn quadword(word: u32) -> Single {
    let is_quadword = field(word, 31, 30) == 0b00 && bit(word, 23);
    if is_quadword {
        Single::WithFeature
    } else {
        Single::No
    }
}
