//! Flow of C4.1 "Advanced SIMD load/store multiple structures", "… single structure", with and
//! without post-index.

use super::operands::{RM, RN, RT, v_list, x, x_or_sp};
use super::shapes::transfer;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// Words with bits 31 = 0, 29..25 = 00110.
pub(super) fn flow(word: u32) -> Option<Flow> {
    let flow = if bit(word, 24) {
        single(word)
    } else {
        multiple(word)
    }?;
    let post_index = bit(word, 23);
    if !post_index {
        return Some(flow);
    }
    // The new base is the old one plus Xm, or plus a constant if Xm is XZR. The address does not
    // depend on Xm; Xm is in `address` because `updated` is computed from that.
    Some(Flow {
        address: flow.address | x(word, RM),
        updated: x_or_sp(word, RN),
        ..flow
    })
}

fn multiple(word: u32) -> Option<Flow> {
    let is_reserved = field(word, 11, 10) == 0b11 && !bit(word, 30);
    let count = match field(word, 15, 12) {
        // `ld2`, `ld3`, `ld4` of one doubleword each: reserved.
        0b1000 | 0b0100 | 0b0000 if is_reserved => return None,
        // `ld4`, `ld1` of four
        0b0000 | 0b0010 => 4,
        0b0100 | 0b0110 => 3,
        0b1000 | 0b1010 => 2,
        0b0111 => 1,
        _ => return None,
    };
    Some(Flow {
        several: true,
        ..transfer(bit(word, 22), x_or_sp(word, RN), v_list(word, RT, count))
    })
}

/// Accesses one lane of each register, or loads all of its lanes (`ld1r` … `ld4r`).
fn single(word: u32) -> Option<Flow> {
    let load = bit(word, 22);
    let s = bit(word, 12);
    let size = field(word, 11, 10);
    let count = 1 + field(word, 21, 21) as u8 + 2 * field(word, 13, 13) as u8;
    let registers = v_list(word, RT, count);
    let flow = Flow {
        several: count > 1,
        ..transfer(load, x_or_sp(word, RN), registers)
    };
    let lane = match field(word, 15, 14) {
        0b00 => true,
        0b01 if size & 0b01 == 0 => true,
        0b10 if size == 0b00 || (size == 0b01 && !s) => true,
        0b11 if load && !s => false,
        _ => return None,
    };
    // A load of one lane keeps the other lanes.
    let kept = if load && lane {
        registers
    } else {
        Registers::NONE
    };
    Some(Flow {
        data: flow.data | kept,
        computed: kept,
        ..flow
    })
}
