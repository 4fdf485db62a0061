//! Book I: the extended opcodes of primary opcode 31 that order nothing.

use crate::bits::field;

/// Whether `xo` is arithmetic, logic, a move between registers or a trap: no access to memory.
pub(super) fn is_arithmetic(xo: u32) -> bool {
    matches!(
        xo,
        // `cmp`, `cmpl`, `cmprb`, `cmpeqb`, `cmpb`, `setb`; `tw`, `td`
        0 | 32 | 192 | 224 | 508 | 128 | 4 | 68
        // `subfc`, `addc`, `subf`, `neg`, `subfe`, `adde`, `subfze`, `addze`, `subfme`,
        // `mulld`, `addme`, `mullw`, `add`
        | 8 | 10 | 40 | 104 | 136 | 138 | 200 | 202 | 232 | 233 | 234 | 235 | 266
        // The same with OE (`subfco` …).
        | 520 | 522 | 552 | 616 | 648 | 650 | 712 | 714 | 744 | 745 | 746 | 747 | 778
        // `mulhdu`, `mulhwu`, `mulhd`, `mulhw`; `addg6s`, `addex`
        | 9 | 11 | 73 | 75 | 74 | 170
        // `divdeu`, `divweu`, `divde`, `divwe`, `divdu`, `divwu`, `divd`, `divw`
        | 393 | 395 | 425 | 427 | 457 | 459 | 489 | 491
        // The same with OE.
        | 905 | 907 | 937 | 939 | 969 | 971 | 1001 | 1003
        // `modud`, `moduw`, `modsd`, `modsw`; `darn`
        | 265 | 267 | 777 | 779 | 755
        // `and`, `andc`, `nor`, `orc`, `xor`, `eqv`, `nand`
        | 28 | 60 | 124 | 412 | 316 | 284 | 476
        // `extsb`, `extsh`, `extsw`; `cntlzw`, `cntlzd`, `cnttzw`, `cnttzd`
        | 954 | 922 | 986 | 26 | 58 | 538 | 570
        // `popcntb`, `popcntw`, `popcntd`, `prtyw`, `prtyd`, `bpermd`
        | 122 | 378 | 506 | 154 | 186 | 252
        // `slw`, `sld`, `srw`, `srd`, `sraw`, `srad`, `srawi`, `sradi`, `extswsli`
        | 24 | 27 | 536 | 539 | 792 | 794 | 824 | 826 | 827 | 890 | 891
        // `mcrxrx`, `mtcrf` (`mtocrf`), `mfcr` (`mfocrf`)
        | 576 | 144 | 19
        // `mtvsrd`, `mtvsrwa`, `mtvsrwz`, `mtvsrdd`, `mtvsrws`; `mfvsrd`, `mfvsrwz`, `mfvsrld`
        | 179 | 211 | 243 | 435 | 403 | 51 | 115 | 307
        // `lvsl`, `lvsr`: compute a permutation from an address.
        | 6 | 38
    )
}

/// Whether `xo` is an ordinary load or store.
///
/// The string forms (`lswx` …) are not: they are an error in little-endian mode (Book I 3.3.6).
pub(super) fn is_load_or_store(xo: u32) -> bool {
    matches!(
        xo,
        // `lbzx`, `lhzx`, `lhax`, `lwzx`, `lwax`, `ldx`, and with update
        87 | 119 | 279 | 311 | 343 | 375 | 23 | 55 | 341 | 373 | 21 | 53
        // `stbx`, `sthx`, `stwx`, `stdx`, and with update
        | 215 | 247 | 407 | 439 | 151 | 183 | 149 | 181
        // `lhbrx`, `lwbrx`, `ldbrx`; `sthbrx`, `stwbrx`, `stdbrx`
        | 790 | 534 | 532 | 918 | 662 | 660
        // `lfsx`, `lfdx`, and with update; `lfiwax`, `lfiwzx`, `lfdpx`
        | 535 | 567 | 599 | 631 | 855 | 887 | 791
        // `stfsx`, `stfdx`, and with update; `stfiwx`, `stfdpx`
        | 663 | 695 | 727 | 759 | 983 | 919
        // `lvebx`, `lvehx`, `lvewx`, `lvx`, `lvxl`
        | 7 | 39 | 71 | 103 | 359
        // `stvebx`, `stvehx`, `stvewx`, `stvx`, `stvxl`
        | 135 | 167 | 199 | 231 | 487
        // `lxsiwzx`, `lxsiwax`, `lxsspx`, `lxsdx`, `lxsibzx`, `lxsihzx`
        | 12 | 76 | 524 | 588 | 781 | 813
        // `lxvd2x`, `lxvw4x`, `lxvh8x`, `lxvb16x`, `lxvdsx`, `lxvwsx`, `lxvx`, `lxvl`, `lxvll`
        | 844 | 780 | 812 | 876 | 332 | 364 | 268 | 300 | 269 | 301
        // `stxsiwx`, `stxsspx`, `stxsdx`, `stxsibx`, `stxsihx`
        | 140 | 652 | 716 | 909 | 941
        // `stxvd2x`, `stxvw4x`, `stxvh8x`, `stxvb16x`, `stxvx`, `stxvl`, `stxvll`
        | 972 | 908 | 940 | 1004 | 396 | 397 | 429
    )
}

/// The direction of `mfspr` and `mtspr`.
#[derive(PartialEq)]
pub(super) enum Move {
    From,
    To,
}

/// Book II ch. 3 and 6, Book III 5.4.4: whether the register has no side effect on storage.
pub(super) fn is_known_spr(word: u32, direction: Move) -> bool {
    // The halves of the number are swapped in the instruction.
    let spr = field(word, 15, 11) << 5 | field(word, 20, 16);
    match spr {
        // XER, DSCR, LR, CTR, VRSAVE, TAR, PPR, PPR32
        1 | 3 | 8 | 9 | 256 | 815 | 896 | 898 => true,
        // SPRG3, TB, TBU, PVR
        259 | 268 | 269 | 287 => direction == Move::From,
        _ => false,
    }
}
