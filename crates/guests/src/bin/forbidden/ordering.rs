//! A release and an acquire of a word that only its thread uses still order the thread's accesses
//! to shared memory.
//!
//! In inline assembly, because the test is of the architecture's rule, not of Rust's.

use std::arch::asm;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use crate::memory::{self, SLOT};
use crate::steps::{Steps, never};

const ROUNDS: u32 = 200;

pub fn store_buffering() -> Result<String, String> {
    race(store_then_load)
}

pub fn store_buffering_release() -> Result<String, String> {
    if cfg!(any(target_arch = "aarch64", target_arch = "riscv64")) {
        race(release_then_load)
    } else {
        Ok("not for this architecture".into())
    }
}

/// A function that stores 1 to the first word, releases and acquires the second, and loads the
/// third.
type Shape = fn(&AtomicU32, &AtomicU32, &AtomicU32) -> u32;

/// Both threads store, then load the word that the other stores to. At least one must see 1.
fn race(shape: Shape) -> Result<String, String> {
    let (x, y) = (memory::pages(1)?, memory::pages(1)?);
    let (mine, other) = (memory::pages(1)?, memory::pages(1)?);
    let start = Steps::new();
    let run = |stored: &[AtomicU32], private: &AtomicU32, loaded: &[AtomicU32]| -> Vec<u32> {
        let mut seen = Vec::with_capacity(ROUNDS as usize);
        for round in 0..ROUNDS {
            start.meet(round);
            let slot = round as usize * SLOT;
            seen.push(shape(&stored[slot], private, &loaded[slot]));
        }
        seen
    };
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| run(x, &mine[0], y));
        let second = run(y, &other[0], x);
        (first.join().unwrap(), second)
    });
    let both = first
        .iter()
        .zip(&second)
        .filter(|&(&first, &second)| first == 0 && second == 0)
        .count();
    never("both threads loaded 0", both as u32, ROUNDS)
}

fn store_then_load(stored: &AtomicU32, private: &AtomicU32, loaded: &AtomicU32) -> u32 {
    let value: u32;
    // SAFETY: aligned words that live, accessed by atomic instructions only. On powerpc64 and
    // x86-64, a release and an acquire do not order a store with a later load, so there is a full
    // barrier.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!(
            "str {one:w}, [{stored}]",
            "stlr {one:w}, [{private}]",
            "ldar {value:w}, [{private}]",
            "ldr {value:w}, [{loaded}]",
            one = in(reg) 1, value = out(reg) value, stored = in(reg) stored.as_ptr(),
            private = in(reg) private.as_ptr(), loaded = in(reg) loaded.as_ptr(),
        );
        #[cfg(target_arch = "riscv64")]
        asm!(
            "sw {one}, 0({stored})",
            "amoadd.w.rl zero, {one}, ({private})",
            "amoadd.w.aq zero, {one}, ({private})",
            "lw {value}, 0({loaded})",
            one = in(reg) 1, value = lateout(reg) value, stored = in(reg) stored.as_ptr(),
            private = in(reg) private.as_ptr(), loaded = in(reg) loaded.as_ptr(),
        );
        #[cfg(target_arch = "powerpc64")]
        asm!(
            "stw {one}, 0({stored})",
            "sync",
            "stw {one}, 0({private})",
            "lwz {value}, 0({private})",
            "lwz {value}, 0({loaded})",
            one = in(reg) 1, value = out(reg) value, stored = in(reg_nonzero) stored.as_ptr(),
            private = in(reg_nonzero) private.as_ptr(), loaded = in(reg_nonzero) loaded.as_ptr(),
        );
        #[cfg(target_arch = "x86_64")]
        asm!(
            "mov dword ptr [{stored}], 1",
            "xchg dword ptr [{private}], {value:e}",
            "mov {value:e}, dword ptr [{loaded}]",
            value = inout(reg) 1 => value, stored = in(reg) stored.as_ptr(),
            private = in(reg) private.as_ptr(), loaded = in(reg) loaded.as_ptr(),
        );
    }
    value
}

#[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
fn release_then_load(stored: &AtomicU32, private: &AtomicU32, loaded: &AtomicU32) -> u32 {
    let value: u32;
    // SAFETY: aligned words that live, accessed by atomic instructions only.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!(
            "stlr {one:w}, [{stored}]",
            "ldar {value:w}, [{private}]",
            "ldr {value:w}, [{loaded}]",
            one = in(reg) 1, value = out(reg) value, stored = in(reg) stored.as_ptr(),
            private = in(reg) private.as_ptr(), loaded = in(reg) loaded.as_ptr(),
        );
        #[cfg(target_arch = "riscv64")]
        asm!(
            "amoadd.w.rl zero, {one}, ({stored})",
            "amoadd.w.aq zero, {one}, ({private})",
            "lw {value}, 0({loaded})",
            one = in(reg) 1, value = lateout(reg) value, stored = in(reg) stored.as_ptr(),
            private = in(reg) private.as_ptr(), loaded = in(reg) loaded.as_ptr(),
        );
    }
    value
}

#[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
fn release_then_load(_: &AtomicU32, _: &AtomicU32, _: &AtomicU32) -> u32 {
    unreachable!("`store_buffering_release` asks for the architecture")
}

/// A thread that sees the second store must see the first one.
pub fn message_passing() -> Result<String, String> {
    const MESSAGES: u32 = 800;

    let (data, flags, private) = (memory::pages(1)?, memory::pages(1)?, memory::pages(1)?);
    let start = Steps::new();
    let mut stale = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            start.meet(0);
            for message in 0..MESSAGES as usize {
                store_then_store(&data[message * SLOT], &private[0], &flags[message * SLOT]);
            }
        });
        start.meet(0);
        for message in 0..MESSAGES as usize {
            // Acquire: pairs with the release between the two stores.
            while flags[message * SLOT].load(Ordering::Acquire) == 0 {
                std::hint::spin_loop();
            }
            // Relaxed: the Acquire above orders it after the load of the flag.
            stale += u32::from(data[message * SLOT].load(Ordering::Relaxed) == 0);
        }
    });
    never("the flag is there and the data is not", stale, MESSAGES)
}

fn store_then_store(data: &AtomicU32, private: &AtomicU32, flag: &AtomicU32) {
    // SAFETY: aligned words that live, accessed by atomic instructions only.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!(
            "str {one:w}, [{data}]",
            "stlr {one:w}, [{private}]",
            "ldar {value:w}, [{private}]",
            "str {one:w}, [{flag}]",
            one = in(reg) 1, value = out(reg) _, data = in(reg) data.as_ptr(),
            private = in(reg) private.as_ptr(), flag = in(reg) flag.as_ptr(),
        );
        #[cfg(target_arch = "riscv64")]
        asm!(
            "sw {one}, 0({data})",
            "amoadd.w.rl zero, {one}, ({private})",
            "amoadd.w.aq zero, {one}, ({private})",
            "sw {one}, 0({flag})",
            one = in(reg) 1, data = in(reg) data.as_ptr(),
            private = in(reg) private.as_ptr(), flag = in(reg) flag.as_ptr(),
        );
        #[cfg(target_arch = "powerpc64")]
        asm!(
            "stw {one}, 0({data})",
            "lwsync",
            "stw {one}, 0({private})",
            "lwz {value}, 0({private})",
            "stw {one}, 0({flag})",
            one = in(reg) 1, value = out(reg) _, data = in(reg_nonzero) data.as_ptr(),
            private = in(reg_nonzero) private.as_ptr(), flag = in(reg_nonzero) flag.as_ptr(),
        );
        // x86 commits stores in program order.
        #[cfg(target_arch = "x86_64")]
        asm!(
            "mov dword ptr [{data}], 1",
            "mov dword ptr [{private}], 1",
            "mov dword ptr [{flag}], 1",
            data = in(reg) data.as_ptr(), private = in(reg) private.as_ptr(),
            flag = in(reg) flag.as_ptr(),
        );
    }
}
