//! Flow of loads and stores: Book I 3.3.2 to 3.3.5, 4.6.2 to 4.6.5, 6.7, 7.6; Book II ch. 4.

use super::operands::{CR0, OVERFLOW, frt, gpr, ra, ra_or_zero, rb, rt, vrt, vsr, xt};
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// Returns the flow of a primary opcode of this group.
pub(super) fn primary(word: u32) -> Flow {
    let address = ra_or_zero(word);
    let low = field(word, 1, 0);
    match (field(word, 31, 26), low) {
        // `lxvp`, `stxvp` (3.1), with TX in bit 21
        (6, _) => {
            let first = u32::from(bit(word, 21)) << 5 | field(word, 25, 22) << 1;
            let registers = vsr(first) | vsr(first + 1);
            several(if bit(word, 0) {
                store(address, registers)
            } else {
                load(address, registers)
            })
        }
        // `lwz`, `lbz`; `lhz`, `lha`, and with update
        (32..=35 | 40..=43, _) => updating_if(bit(word, 26), word, load(address, rt(word))),
        // `stw`, `stb`; `sth`, and with update
        (36..=39 | 44 | 45, _) => updating_if(bit(word, 26), word, store(address, rt(word))),
        // `lfs`, `lfd`; `stfs`, `stfd`, and with update
        (48..=51, _) => updating_if(bit(word, 26), word, load(address, frt(word))),
        (52..=55, _) => updating_if(bit(word, 26), word, store(address, frt(word))),
        // `lq`
        (56, _) => pair(word, gpr, |registers| load(address, registers)),
        // `lfdp`; `lxsd`, `lxssp`
        (57, 0) => pair(word, vsr, |registers| load(address, registers)),
        (57, 2 | 3) => load(address, vrt(word)),
        // `ld`, `lwa`; `ldu`
        (58, 0 | 2) => load(address, rt(word)),
        (58, 1) => updating(word, load(address, rt(word))),
        // `stfdp`; `stxsd`, `stxssp`
        (61, 0) => pair(word, vsr, |registers| store(address, registers)),
        (61, 2 | 3) => store(address, vrt(word)),
        // `lxv`, `stxv`, with TX in bit 3
        (61, _) => {
            let register = vsr(u32::from(bit(word, 3)) << 5 | field(word, 25, 21));
            several(if bit(word, 2) {
                store(address, register)
            } else {
                load(address, register)
            })
        }
        // `std`; `stdu`; `stq`
        (62, 0) => store(address, rt(word)),
        (62, 1) => updating(word, store(address, rt(word))),
        (62, 2) => pair(word, gpr, |registers| store(address, registers)),
        _ => Flow::UNKNOWN,
    }
}

/// Returns the flow of an extended opcode of primary opcode 31, if it is in this group.
pub(super) fn extended(word: u32, xo: u32) -> Option<Flow> {
    reservation(word, xo)
        .or_else(|| cache(word, xo))
        .or_else(|| general(word, xo))
        .or_else(|| float(word, xo))
        .or_else(|| vector(word, xo))
        .or_else(|| vsx(word, xo))
}

fn load(address: Registers, loaded: Registers) -> Flow {
    Flow {
        load: true,
        address,
        loaded,
        ..Flow::NONE
    }
}

fn store(address: Registers, data: Registers) -> Flow {
    Flow {
        store: true,
        address,
        data,
        ..Flow::NONE
    }
}

fn several(flow: Flow) -> Flow {
    Flow {
        several: true,
        ..flow
    }
}

/// Returns `flow`, which also writes its address to RA. RA may not be r0.
fn updating(word: u32, flow: Flow) -> Flow {
    if ra_or_zero(word).is_empty() {
        return Flow::UNKNOWN;
    }
    Flow {
        updated: ra(word),
        ..flow
    }
}

fn updating_if(updates: bool, word: u32, flow: Flow) -> Flow {
    if updates { updating(word, flow) } else { flow }
}

/// Returns the `access` of the register that RT names, which must be even, and the next one.
fn pair(
    word: u32,
    register: impl Fn(u32) -> Registers,
    access: impl Fn(Registers) -> Flow,
) -> Flow {
    let number = field(word, 25, 21);
    if bit(number, 0) {
        return Flow::UNKNOWN;
    }
    several(access(register(number) | register(number + 1)))
}

/// Returns `flow`, or unknown if the lowest bit, which is reserved, is set.
fn reserved_clear(word: u32, flow: Flow) -> Option<Flow> {
    Some(if bit(word, 0) { Flow::UNKNOWN } else { flow })
}

fn indexed(word: u32) -> Registers {
    ra_or_zero(word) | rb(word)
}

/// Book II 4.5, 4.6.2: reservations and atomics.
fn reservation(word: u32, xo: u32) -> Option<Flow> {
    // CR0 also receives a copy of SO.
    let conditional = |flow| Flow {
        status: CR0,
        second: CR0,
        second_data: OVERFLOW,
        ..flow
    };
    Some(match xo {
        // `lbarx`, `lharx`, `lwarx`, `ldarx`; `lqarx`
        52 | 116 | 20 | 84 => load(indexed(word), rt(word)),
        276 => pair(word, gpr, |registers| load(indexed(word), registers)),
        // `stbcx.`, `sthcx.`, `stwcx.`, `stdcx.`; `stqcx.`
        694 | 726 | 150 | 214 => conditional(store(indexed(word), rt(word))),
        182 => pair(word, gpr, |registers| {
            conditional(store(indexed(word), registers))
        }),
        // `lwat`, `ldat`; `stwat`, `stdat`
        582 | 614 | 710 | 742 => atomic(word, xo),
        _ => return None,
    })
}

/// Book II 4.5: `lwat`, `ldat`, `stwat`, `stdat`. `lwat` and `ldat` read their operands from the
/// one or two registers after RT. Function codes from 24 on also access the next word in memory.
fn atomic(word: u32, xo: u32) -> Flow {
    let number = field(word, 25, 21);
    let (data, loaded) = match xo {
        582 | 614 => (gpr(number + 1) | gpr(number + 2), rt(word)),
        _ => (rt(word), Registers::NONE),
    };
    Flow {
        store: true,
        data,
        several: field(word, 15, 11) >= 24,
        ..load(ra(word), loaded)
    }
}

/// Book II 4.3, 4.6.3: cache management and barriers.
fn cache(word: u32, xo: u32) -> Option<Flow> {
    match xo {
        // `dcbz`
        1014 => Some(several(store(indexed(word), Registers::NONE))),
        // `dcbt`, `dcbtst`, `dcbst`, `dcbf`, `icbi`; `sync`, `eieio`
        278 | 246 | 54 | 86 | 982 | 598 | 854 => Some(Flow::NONE),
        _ => None,
    }
}

fn general(word: u32, xo: u32) -> Option<Flow> {
    let load = load(indexed(word), rt(word));
    let store = store(indexed(word), rt(word));
    reserved_clear(
        word,
        match xo {
            // `lbzx`, `lhzx`, `lhax`, `lwzx`, `lwax`, `ldx`; `lhbrx`, `lwbrx`, `ldbrx`
            87 | 279 | 343 | 23 | 341 | 21 | 790 | 534 | 532 => load,
            // `lbzux`, `lhzux`, `lhaux`, `lwzux`, `lwaux`, `ldux`
            119 | 311 | 375 | 55 | 373 | 53 => updating(word, load),
            // `stbx`, `sthx`, `stwx`, `stdx`; `sthbrx`, `stwbrx`, `stdbrx`
            215 | 407 | 151 | 149 | 918 | 662 | 660 => store,
            // `stbux`, `sthux`, `stwux`, `stdux`
            247 | 439 | 183 | 181 => updating(word, store),
            _ => return None,
        },
    )
}

fn float(word: u32, xo: u32) -> Option<Flow> {
    let one_load = load(indexed(word), frt(word));
    let one_store = store(indexed(word), frt(word));
    reserved_clear(
        word,
        match xo {
            // `lfsx`, `lfdx`, `lfiwax`, `lfiwzx`; `lfsux`, `lfdux`; `lfdpx`
            535 | 599 | 855 | 887 => one_load,
            567 | 631 => updating(word, one_load),
            791 => pair(word, vsr, |registers| load(indexed(word), registers)),
            // `stfsx`, `stfdx`, `stfiwx`; `stfsux`, `stfdux`; `stfdpx`
            663 | 727 | 983 => one_store,
            695 | 759 => updating(word, one_store),
            919 => pair(word, vsr, |registers| store(indexed(word), registers)),
            _ => return None,
        },
    )
}

fn vector(word: u32, xo: u32) -> Option<Flow> {
    let load = load(indexed(word), vrt(word));
    let store = store(indexed(word), vrt(word));
    reserved_clear(
        word,
        match xo {
            // `lvebx`, `lvehx`, `lvewx`; `lvx`, `lvxl`
            7 | 39 | 71 => load,
            103 | 359 => several(load),
            // `stvebx`, `stvehx`, `stvewx`; `stvx`, `stvxl`
            135 | 167 | 199 => store,
            231 | 487 => several(store),
            _ => return None,
        },
    )
}

/// VSX. In the forms with a length, RB is the length.
fn vsx(word: u32, xo: u32) -> Option<Flow> {
    let load = load(indexed(word), xt(word));
    let store = store(indexed(word), xt(word));
    Some(match xo {
        // `lxsiwzx`, `lxsiwax`, `lxsspx`, `lxsdx`, `lxsibzx`, `lxsihzx`; `lxvdsx`, `lxvwsx`
        12 | 76 | 524 | 588 | 781 | 813 | 332 | 364 => load,
        // `lxvd2x`, `lxvw4x`, `lxvh8x`, `lxvb16x`, `lxvx`; `lxvl`, `lxvll`
        844 | 780 | 812 | 876 | 268 | 300 | 269 | 301 => several(load),
        // `stxsiwx`, `stxsspx`, `stxsdx`, `stxsibx`, `stxsihx`
        140 | 652 | 716 | 909 | 941 => store,
        // `stxvd2x`, `stxvw4x`, `stxvh8x`, `stxvb16x`, `stxvx`; `stxvl`, `stxvll`
        972 | 908 | 940 | 1004 | 396 | 397 | 429 => several(store),
        _ => return None,
    })
}
