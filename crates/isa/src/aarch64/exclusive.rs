//! Effect of exclusives, load-acquire, store-release and compare-and-swap: C4.1 "Load/store
//! exclusive register", "… pair", "Load/store ordered", "Compare and swap", "… pair".

use super::registers::ZR;
use crate::bits::{bit, field};
use crate::{Access, Acquire, Effect};

/// Words with bits 29..24 = 001000.
pub(super) fn decode(word: u32) -> Effect {
    let load = bit(word, 22);
    // "o0": makes a load an acquire, and a store a release.
    let ordered = bit(word, 15);
    match (bit(word, 23), bit(word, 21)) {
        (false, false) => exclusive(load, ordered),
        (false, true) if bit(word, 31) => exclusive(load, ordered),
        (false, true) => compare_and_swap(word),
        (true, false) => load_store_ordered(load),
        (true, true) => compare_and_swap(word),
    }
}

/// `ldxr`, `ldaxr`, `ldxp`, `ldaxp`; `stxr`, `stlxr`, `stxp`, `stlxp`.
fn exclusive(load: bool, ordered: bool) -> Effect {
    if !load {
        return Effect::access(Access::StoreConditional).with_release(ordered);
    }
    // B2.3 "Load-Acquire, Load-AcquirePC, and Store-Release": `ldaxr` is a Load-Acquire.
    let acquire = if ordered { Acquire::Rcsc } else { Acquire::No };
    Effect::access(Access::LoadReserved).with_acquire(acquire)
}

/// `ldar`, `stlr`; with o0 clear, `ldlar`, `stllr`.
///
/// `ldlar` and `stllr` order only accesses to the same LORegion (B2.3 "Limited ordering
/// regions"). They count as `ldar` and `stlr`, which are stronger.
fn load_store_ordered(load: bool) -> Effect {
    if load {
        Effect::PLAIN.with_acquire(Acquire::Rcsc)
    } else {
        Effect::PLAIN.with_release(true)
    }
}

/// `cas`, `casp`: bit 22 is acquire, bit 15 release.
///
/// Unlike with the other atomics, a result register of XZR does not undo the acquire (C6.2 CAS).
/// herd's AArch64Sem.ml drops it, as that of the others; here it stays, which is stronger. Both have
/// the read of `cas` with XZR as one without a result. `casp` has a result always: X30 at least.
fn compare_and_swap(word: u32) -> Effect {
    let is_pair = !bit(word, 23);
    let no_result = !is_pair && field(word, 20, 16) == ZR;
    let rt2_is_ones = field(word, 14, 10) == 0b11111;
    if !rt2_is_ones {
        return Effect::UNKNOWN;
    }
    super::atomics::atomic(bit(word, 22), bit(word, 15)).with_no_result(no_result)
}
