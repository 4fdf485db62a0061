//! Book II ch. 4: the extended opcodes of primary opcode 31 that order storage.

use crate::bits::{bit, field};
use crate::{Access, Effect, Pairs};

/// `eieio` with its reserved fields zero.
const EIEIO: u32 = 0x7c00_06ac;

/// Returns the effect of the extended opcode `xo`, if it is in this group.
pub(super) fn decode(word: u32, xo: u32) -> Option<Effect> {
    Some(match xo {
        598 => Effect::fence(sync(word)),
        // 4.6.3 `eieio`: orders stores with stores in cached memory, which is all that a process
        // has. It orders loads only in caching inhibited, guarded memory. With a field set that
        // `eieio` does not have (`mbar MO` of embedded processors), all pairs.
        854 if word == EIEIO => Effect::fence(Pairs::WW),
        854 => Effect::fence(Pairs::ALL),

        // 4.6.2 `lbarx`, `lharx`, `lwarx`, `ldarx`, `lqarx`
        52 | 116 | 20 | 84 | 276 => Effect::access(Access::LoadReserved),
        // 4.6.2 `stbcx.`, `sthcx.`, `stwcx.`, `stdcx.`, `stqcx.`
        694 | 726 | 150 | 214 | 182 if bit(word, 0) => Effect::access(Access::StoreConditional),
        // 4.5 `lwat`, `ldat`, `stwat`, `stdat`
        582 | 614 | 710 | 742 => Effect::access(Access::Atomic),

        // 4.3.2 `dcbz`; `dcbzl` differs in bit 21.
        1014 => Effect::UNSEEN_WRITE,
        // 4.3.2 `dcbt`, `dcbtst`: hints.
        278 | 246 => Effect::PLAIN,
        // 4.3.2 `dcbst`, `dcbf`; 4.3.1 `icbi`: ordered as loads or stores; a full fence is
        // stronger.
        54 | 86 | 982 => Effect::fence(Pairs::ALL),
        _ => return None,
    })
}

/// 4.6.3 `sync`, by L. Power ISA 3.1 adds a third bit to L, and the field SC: with any of them
/// set, all pairs.
const fn sync(word: u32) -> Pairs {
    let (l, sc) = (field(word, 23, 21), field(word, 20, 16));
    match (l, sc) {
        // "lwsync": all pairs but an earlier store with a later load.
        (1, 0) => Pairs::TSO,
        // 0: "hwsync"; 2: "ptesync"
        _ => Pairs::ALL,
    }
}
