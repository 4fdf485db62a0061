//! The accesses of RISC-V, which has none of 16 bytes without "Zama16b".

use std::arch::asm;

use crate::block::{Mode, doubled, halves};

pub const MODES: &[Mode] = &[
    Mode::new("double", 0, store_double, load_double),
    Mode::new("within", 4, store_double, load_double),
    Mode::new("across", 12, store_double, load_double),
    Mode::new("line", 60, store_double, load_double),
];

unsafe fn store_double(to: *mut u8, number: u32) {
    // SAFETY: the caller's.
    unsafe { asm!("sd {0}, 0({1})", in(reg) doubled(number), in(reg) to) }
}

unsafe fn load_double(from: *mut u8) -> (u64, u64) {
    let value: u64;
    // SAFETY: the caller's.
    unsafe { asm!("ld {0}, 0({1})", out(reg) value, in(reg) from) };
    halves(value)
}
