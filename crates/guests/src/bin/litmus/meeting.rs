//! Where the processors meet before each iteration.
//!
//! A meeting orders nothing but the starts. A processor's stores of one iteration may still be on
//! their way when the next one begins, on other locations: if the meeting waited for them, there
//! would be little time in which another processor can see them out of order.

use std::arch::asm;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// Where the processors meet.
pub struct Meeting {
    /// How often each has come; where they count together, the first is for all.
    arrived: Box<[Lone]>,
}

/// A counter with nothing near it.
#[derive(Default)]
#[repr(align(128))]
struct Lone(AtomicU32);

/// Whether the processors count together, by an atomic addition, which the others see at once. On
/// x86 that is a full barrier, so there each stores its own count.
const TOGETHER: bool = !cfg!(target_arch = "x86_64");

impl Meeting {
    /// For so many.
    pub fn new(processors: usize) -> Self {
        Self {
            arrived: (0..processors).map(|_| Lone::default()).collect(),
        }
    }

    /// Waits until all have come; `iteration` counts the meetings, from 0.
    pub fn meet(&self, me: usize, iteration: usize) {
        let round = iteration as u32 + 1;
        // Relaxed, here and below: pairs with nothing, see above.
        if TOGETHER {
            self.arrived[0].0.fetch_add(1, Ordering::Relaxed);
            wait(&self.arrived[0].0, round * self.arrived.len() as u32);
        } else {
            self.arrived[me].0.store(round, Ordering::Relaxed);
            for other in &self.arrived {
                wait(&other.0, round);
            }
        }
    }
}

/// Waits until the count is so high.
fn wait(count: &AtomicU32, high: u32) {
    let mut spins = 0_u32;
    while count.load(Ordering::Relaxed) < high {
        spins += 1;
        // Not for ever: the others may need this one's CPU.
        if spins.is_multiple_of(2000) {
            thread::yield_now();
        } else {
            pause();
        }
    }
}

/// Tells the CPU that this thread waits for another. `hint::spin_loop` is `isb` on AArch64, and
/// nothing on Power.
fn pause() {
    // SAFETY: these instructions are hints and change nothing.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!("yield", options(nomem, nostack, preserves_flags));
        #[cfg(target_arch = "powerpc64")]
        asm!("or 27, 27, 27", options(nomem, nostack, preserves_flags));
        // `pause`, of an extension that the assembler may not know.
        #[cfg(target_arch = "riscv64")]
        asm!(
            ".4byte 0x0100000f",
            options(nomem, nostack, preserves_flags)
        );
        #[cfg(target_arch = "x86_64")]
        asm!("pause", options(nomem, nostack, preserves_flags));
    }
}
