//! The accesses of Power. Those of 16 bytes are written as words: not every assembler has them.

use std::arch::asm;

use crate::block::{Mode, doubled, halves};

pub const MODES: &[Mode] = &[
    Mode::new("double", 0, store_double, load_double),
    Mode::new("within", 4, store_double, load_double),
    Mode::new("across", 12, store_double, load_double),
    Mode::new("line", 60, store_double, load_double),
    Mode::new("quad", 0, store_quad, load_quad).slow(),
];

unsafe fn store_double(to: *mut u8, number: u32) {
    // SAFETY: the caller's.
    unsafe { asm!("std {0}, 0({1})", in(reg) doubled(number), in(reg_nonzero) to) }
}

unsafe fn load_double(from: *mut u8) -> (u64, u64) {
    let value: u64;
    // SAFETY: the caller's.
    unsafe { asm!("ld {0}, 0({1})", out(reg) value, in(reg_nonzero) from) };
    halves(value)
}

unsafe fn store_quad(to: *mut u8, number: u32) {
    let number = u64::from(number);
    // SAFETY: the caller's. `stq 4, 0(3)`
    unsafe { asm!(".long 0xf8830002", in("r3") to, in("r4") number, in("r5") number) }
}

unsafe fn load_quad(from: *mut u8) -> (u64, u64) {
    let (one, other);
    // SAFETY: the caller's. `lq 4, 0(3)`
    unsafe { asm!(".long 0xe0830000", in("r3") from, out("r4") one, out("r5") other) };
    (one, other)
}
