//! Decoder for AArch64.
//!
//! Sections and quoted names are those of the Arm Architecture Reference Manual for A-profile
//! (DDI 0487). "C4.1" is its table of encodings, "B2.3" the memory model.
//!
//! Each group that matters to order has a file: [`system`] (barriers, hints, registers),
//! [`exclusive`] (exclusives, load-acquire, store-release, compare-and-swap), [`atomics`] (the
//! other LSE atomics), [`load_store`] (everything else that accesses memory). The files of
//! [`flow()`] are in `flow`.

mod atomics;
mod exclusive;
mod flow;
mod load_store;
pub mod registers;
mod single;
mod system;

pub(crate) use flow::flow;
pub(crate) use single::single;

use crate::Effect;
use crate::bits::{bit, field};

/// C4.1 "A64 instruction set encoding": the top level, by `op0` (bits 28..25).
pub(crate) fn decode(word: u32) -> Effect {
    match field(word, 28, 25) {
        // Reserved, and SME. With bits 31..16 all zero it is `udf`, which traps.
        0b0000 => Effect::plain_if(word >> 16 == 0),
        0b1000 | 0b1001 => Effect::plain_if(is_known_immediate(word)),
        0b1010 | 0b1011 => system::decode(word),
        0b0100 | 0b0110 | 0b1100 | 0b1110 => load_store::decode(word),
        // "Data Processing -- Register": no access to memory.
        0b0101 | 0b1101 => Effect::PLAIN,
        // "Data Processing -- Scalar Floating-Point and Advanced SIMD": no access to memory.
        0b0111 | 0b1111 => Effect::PLAIN,
        // 0010: SVE; 0001, 0011: unallocated.
        _ => Effect::UNKNOWN,
    }
}

/// "Data Processing -- Immediate": whether the instruction is known, by bits 25..23.
fn is_known_immediate(word: u32) -> bool {
    match field(word, 25, 23) {
        // PC-relative; add/subtract; logical; move wide; bitfield.
        0b000 | 0b001 | 0b010 | 0b100 | 0b101 | 0b110 => true,
        // Add/subtract with tags (MTE), minimum/maximum (CSSC).
        0b011 => false,
        // `extr`; the rest of the group is FEAT_PAuth_LR.
        _ => field(word, 30, 29) == 0 && !bit(word, 21),
    }
}
