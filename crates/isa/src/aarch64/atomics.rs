//! Effect of LSE atomics and `ldapr`: C4.1 "Atomic memory operations".

use super::registers::ZR;
use crate::bits::{bit, field};
use crate::{Access, Acquire, Effect, Pairs};

/// Words with bits 29..27 = 111, 25..24 = 00, 21 = 1, 11..10 = 00.
pub(super) fn decode(word: u32) -> Effect {
    let simd = bit(word, 26);
    let (a, r) = (bit(word, 23), bit(word, 22));
    match (bit(word, 15), field(word, 14, 12)) {
        // FEAT_LSFE
        _ if simd => Effect::UNKNOWN,
        // `ldadd`, `ldclr`, `ldeor`, `ldset`, `ldsmax`, `ldsmin`, `ldumax`, `ldumin`; `swp`.
        (false, _) | (true, 0b000) => {
            // "If the destination register is not one of WZR or XZR, LDADDA and LDADDAL load
            // from memory with acquire semantics" (C6.2, and likewise the others).
            let has_result = field(word, 4, 0) != ZR;
            atomic(a && has_result, r).with_no_result(!has_result)
        }
        // B2.3 "Load-AcquirePC": `ldapr`.
        (true, 0b100) if a && !r && field(word, 20, 16) == 0b11111 => {
            Effect::PLAIN.with_acquire(Acquire::Rcpc)
        }
        // `ld64b`, `st64b`, FEAT_THE
        _ => Effect::UNKNOWN,
    }
}

/// A read-modify-write. `acquire` makes its read an acquire, `release` its write a release.
pub(super) fn atomic(acquire: bool, release: bool) -> Effect {
    // B2.3 "Barrier-ordered-before": all later accesses are ordered after all earlier ones if
    // an atomic with both acquire and release stands between them.
    let fence = if acquire && release {
        Pairs::ALL
    } else {
        Pairs::NONE
    };
    // B2.3: the acquire of an atomic is a Load-Acquire, not a Load-AcquirePC.
    let acquire = if acquire { Acquire::Rcsc } else { Acquire::No };
    Effect::access(Access::Atomic)
        .with_acquire(acquire)
        .with_release(release)
        .with_fence(fence)
}
