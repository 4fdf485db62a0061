//! The accesses of AArch64.

use std::arch::asm;

use crate::block::{Mode, doubled, halves};

pub const MODES: &[Mode] = &[
    Mode::new("double", 0, store_double, load_double),
    Mode::new("within", 4, store_double, load_double),
    Mode::new("across", 12, store_double, load_double),
    Mode::new("line", 60, store_double, load_double),
    Mode::new("pair", 0, store_pair, load_pair),
    Mode::new("pair-across", 8, store_pair, load_pair),
    Mode::new("words", 4, store_words, load_words),
    Mode::new("vector", 0, store_vector, load_vector),
    Mode::adding(add),
];

unsafe fn store_double(to: *mut u8, number: u32) {
    // SAFETY: the caller's.
    unsafe { asm!("str {0:x}, [{1}]", in(reg) doubled(number), in(reg) to) }
}

unsafe fn load_double(from: *mut u8) -> (u64, u64) {
    let value: u64;
    // SAFETY: the caller's.
    unsafe { asm!("ldr {0:x}, [{1}]", out(reg) value, in(reg) from) };
    halves(value)
}

unsafe fn store_pair(to: *mut u8, number: u32) {
    let number = u64::from(number);
    // SAFETY: the caller's.
    unsafe { asm!("stp {0:x}, {0:x}, [{1}]", in(reg) number, in(reg) to) }
}

unsafe fn load_pair(from: *mut u8) -> (u64, u64) {
    let (one, other);
    // SAFETY: the caller's.
    unsafe { asm!("ldp {0:x}, {1:x}, [{2}]", out(reg) one, out(reg) other, in(reg) from) };
    (one, other)
}

unsafe fn store_words(to: *mut u8, number: u32) {
    // SAFETY: the caller's.
    unsafe { asm!("stp {0:w}, {0:w}, [{1}]", in(reg) number, in(reg) to) }
}

unsafe fn load_words(from: *mut u8) -> (u64, u64) {
    let (one, other): (u32, u32);
    // SAFETY: the caller's.
    unsafe { asm!("ldp {0:w}, {1:w}, [{2}]", out(reg) one, out(reg) other, in(reg) from) };
    (one.into(), other.into())
}

unsafe fn store_vector(to: *mut u8, number: u32) {
    // SAFETY: the caller's.
    unsafe {
        asm!("dup v0.2d, {0:x}", "str q0, [{1}]", in(reg) u64::from(number), in(reg) to,
            out("v0") _);
    }
}

unsafe fn load_vector(from: *mut u8) -> (u64, u64) {
    let (one, other);
    // SAFETY: the caller's.
    unsafe {
        asm!("ldr q0, [{2}]", "mov {0:x}, v0.d[0]", "mov {1:x}, v0.d[1]", out(reg) one,
            out(reg) other, in(reg) from, out("v0") _);
    }
    (one, other)
}

unsafe fn add(at: *mut u8) -> (u64, u64) {
    let (one, other);
    // SAFETY: the caller's.
    unsafe {
        asm!("2:", "ldxp {0:x}, {1:x}, [{2}]", "add {3:x}, {0:x}, #1", "add {4:x}, {1:x}, #1",
            "stxp {5:w}, {3:x}, {4:x}, [{2}]", "cbnz {5:w}, 2b", out(reg) one, out(reg) other,
            in(reg) at, out(reg) _, out(reg) _, out(reg) _);
    }
    (one, other)
}
