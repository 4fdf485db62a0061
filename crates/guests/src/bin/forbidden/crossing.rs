//! A store across the border of two pages: two threads use the first page, one uses the second.

use std::arch::asm;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use crate::memory::{self, WORDS};
use crate::steps::{Steps, dawdle, goes_back, never, wait_for_1};

const ROUNDS: u32 = 30;

/// Stores 1 to the last word of a page, by a store of two words, then 2. No reader may see 0 after
/// it has seen 1.
pub fn crossing() -> Result<String, String> {
    let memory = memory::pages(2 * ROUNDS as usize)?;
    // Pages may be smaller than `PAGE`. The test concerns the last one in it.
    let page = |round: u32| &memory[2 * round as usize * WORDS..][..2 * WORDS];
    let (writer, reader) = (Steps::new(), Steps::new());
    let mut back = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS {
                let page = page(round);
                // Relaxed, here and in the reader: the load only touches the page.
                page[WORDS - 2].load(Ordering::Relaxed);
                writer.announce(round + 1);
                reader.wait(2 * round + 1);
                store_across(page);
                reader.wait(2 * round + 2);
                // Relaxed: the reader reads only this location.
                page[WORDS - 1].store(2, Ordering::Relaxed);
                dawdle(50);
            }
        });
        for round in 0..ROUNDS {
            let page = page(round);
            writer.wait(round + 1);
            page[WORDS - 2].load(Ordering::Relaxed);
            reader.announce(2 * round + 1);
            wait_for_1(&page[WORDS - 1]);
            reader.announce(2 * round + 2);
            back += u32::from(goes_back(&page[WORDS - 1]));
        }
    });
    never("1, then 0", back, ROUNDS)
}

/// Stores 1 to the last word of the first page, and 0 to the first word of the second.
fn store_across(pages: &[AtomicU32]) {
    let border = pages[WORDS - 1..=WORDS][0].as_ptr();
    // SAFETY: both words live, and only atomic instructions access them. This store need not be
    // atomic as a whole, because it changes only one byte.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!("str {0:x}, [{1}]", in(reg) 1_u64, in(reg) border);
        #[cfg(target_arch = "riscv64")]
        asm!("sd {0}, 0({1})", in(reg) 1_u64, in(reg) border);
        #[cfg(target_arch = "powerpc64")]
        asm!("std {0}, 0({1})", in(reg) 1_u64, in(reg_nonzero) border);
        #[cfg(target_arch = "x86_64")]
        asm!("mov qword ptr [{1}], {0:r}", in(reg) 1_u64, in(reg) border);
    }
}
