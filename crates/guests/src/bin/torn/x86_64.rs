//! The accesses of x86-64.

use std::arch::asm;

use crate::block::{Mode, doubled, halves};

pub const MODES: &[Mode] = &[
    Mode::new("double", 0, store_double, load_double),
    Mode::new("within", 4, store_double, load_double),
    Mode::new("across", 12, store_double, load_double),
    Mode::new("line", 60, store_double, load_double),
    Mode::new("locked", 60, store_locked, load_locked).slow(),
    Mode::new("vector", 0, store_vector, load_vector),
    Mode::new("vex", 0, store_vex, load_vex),
    Mode::adding(add),
];

unsafe fn store_double(to: *mut u8, number: u32) {
    // SAFETY: the caller's.
    unsafe { asm!("mov qword ptr [{1}], {0:r}", in(reg) doubled(number), in(reg) to) }
}

unsafe fn load_double(from: *mut u8) -> (u64, u64) {
    let value: u64;
    // SAFETY: the caller's.
    unsafe { asm!("mov {0:r}, qword ptr [{1}]", out(reg) value, in(reg) from) };
    halves(value)
}

unsafe fn store_locked(to: *mut u8, number: u32) {
    // SAFETY: the caller's.
    unsafe { asm!("xchg qword ptr [{1}], {0:r}", inout(reg) doubled(number) => _, in(reg) to) }
}

unsafe fn load_locked(from: *mut u8) -> (u64, u64) {
    let mut value: u64 = 0;
    // SAFETY: the caller's.
    unsafe { asm!("lock xadd qword ptr [{1}], {0:r}", inout(reg) value, in(reg) from) };
    halves(value)
}

unsafe fn store_vector(to: *mut u8, number: u32) {
    // SAFETY: the caller's.
    unsafe {
        asm!("movq xmm0, {0:r}", "punpcklqdq xmm0, xmm0", "movdqa xmmword ptr [{1}], xmm0",
            in(reg) u64::from(number), in(reg) to, out("xmm0") _);
    }
}

unsafe fn load_vector(from: *mut u8) -> (u64, u64) {
    let (one, other);
    // SAFETY: the caller's.
    unsafe {
        asm!("movdqa xmm0, xmmword ptr [{2}]", "movq {0:r}, xmm0", "punpckhqdq xmm0, xmm0",
            "movq {1:r}, xmm0", out(reg) one, out(reg) other, in(reg) from, out("xmm0") _);
    }
    (one, other)
}

unsafe fn store_vex(to: *mut u8, number: u32) {
    // SAFETY: the caller's, and the CPU has AVX.
    unsafe {
        asm!("movq xmm0, {0:r}", "punpcklqdq xmm0, xmm0", "vmovdqa xmmword ptr [{1}], xmm0",
            in(reg) u64::from(number), in(reg) to, out("xmm0") _);
    }
}

unsafe fn load_vex(from: *mut u8) -> (u64, u64) {
    let (one, other);
    // SAFETY: the caller's, and the CPU has AVX.
    unsafe {
        asm!("vmovdqa xmm0, xmmword ptr [{2}]", "movq {0:r}, xmm0", "punpckhqdq xmm0, xmm0",
            "movq {1:r}, xmm0", out(reg) one, out(reg) other, in(reg) from, out("xmm0") _);
    }
    (one, other)
}

/// rbx is the compiler's, so it is kept in another register.
unsafe fn add(at: *mut u8) -> (u64, u64) {
    let (one, other): (u64, u64);
    // SAFETY: the caller's.
    unsafe {
        asm!("mov {kept:r}, rbx", "xor eax, eax", "xor edx, edx", "2:", "lea rbx, [rax + 1]",
            "lea rcx, [rdx + 1]", "lock cmpxchg16b xmmword ptr [{at:r}]", "jne 2b",
            "mov rbx, {kept:r}", kept = out(reg) _, at = in(reg) at, out("rax") one,
            out("rdx") other, out("rcx") _);
    }
    (one, other)
}
