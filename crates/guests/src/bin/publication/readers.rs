//! The reader of each mode, which returns whether it found the node filled.
//!
//! Rust promises no order for a dependency, and the compiler might break one. It does not here: in
//! the machine code of `addr`, the fields' addresses come from the loaded pointer; in that of
//! `ctrl`, they do not come from the loaded number. The functions are not inlined, so that they
//! can be found in the binary.

use std::arch::asm;
use std::hint::{black_box, spin_loop};
use std::ptr;
use std::sync::atomic::Ordering;

use crate::nodes::{Node, Round};

#[inline(never)]
pub fn addr(round: &Round, number: u64) -> bool {
    let node = await_pointer(round);
    // SAFETY: it points to the round's node, whose fields are atomics.
    unsafe { &*node }.is(number)
}

#[inline(never)]
pub fn addr_spilled(round: &Round, number: u64) -> bool {
    let mut on_stack = ptr::null();
    // SAFETY: a local variable.
    unsafe { ptr::write_volatile(&mut on_stack, await_pointer(round)) };
    black_box(&mut on_stack);
    // SAFETY: a local variable, which points to the round's node, whose fields are atomics.
    unsafe { &*ptr::read_volatile(&on_stack) }.is(number)
}

#[inline(never)]
pub fn ctrl(round: &Round, number: u64) -> bool {
    await_number(round, number);
    round.node.is(number)
}

#[inline(never)]
pub fn ctrl_isb(round: &Round, number: u64) -> bool {
    await_number(round, number);
    // SAFETY: these instructions only make the CPU fetch later ones again.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!("isb", options(nostack, preserves_flags));
        #[cfg(target_arch = "powerpc64")]
        asm!("isync", options(nostack, preserves_flags));
        #[cfg(target_arch = "riscv64")]
        asm!("fence.i", options(nostack, preserves_flags));
        #[cfg(target_arch = "x86_64")]
        asm!("", options(nostack, preserves_flags));
    }
    round.node.is(number)
}

#[inline]
fn await_pointer(round: &Round) -> *const Node {
    loop {
        // Relaxed: the fields' loads have an address dependency on it.
        let node = round.pointer.0.load(Ordering::Relaxed);
        if !node.is_null() {
            return node;
        }
        spin_loop();
    }
}

#[inline]
fn await_number(round: &Round, number: u64) {
    // Relaxed: the fields' loads have only a control dependency on it.
    while round.number.0.load(Ordering::Relaxed) != number {
        spin_loop();
    }
}
