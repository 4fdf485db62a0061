//! The meeting of the processors before each iteration.
//!
//! A meeting orders nothing but the starts. A processor's stores of one iteration may still be
//! pending when the next one begins, on other locations. If the meeting waited until they commit,
//! another processor would have little time to see them out of order.

use std::arch::asm;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// A barrier that orders no memory accesses.
pub struct Meeting {
    /// How often each processor has arrived. If [`TOGETHER`], the first counter is for all.
    arrived: Box<[Lone]>,
}

/// A counter on its own cache lines.
#[derive(Default)]
#[repr(align(128))]
struct Lone(AtomicU32);

/// Whether the processors increment one counter. Others see an atomic increment at once, but on
/// x86 it is a full barrier, so there each processor stores its own count.
const TOGETHER: bool = !cfg!(target_arch = "x86_64");

impl Meeting {
    /// A meeting of this many processors.
    pub fn new(processors: usize) -> Self {
        Self {
            arrived: (0..processors).map(|_| Lone::default()).collect(),
        }
    }

    /// Waits until all have arrived. `iteration` counts the meetings, from 0.
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

/// Waits until the count is at least `high`.
fn wait(count: &AtomicU32, high: u32) {
    let mut spins = 0_u32;
    while count.load(Ordering::Relaxed) < high {
        spins += 1;
        // Yields now and then: the others may need this one's CPU.
        if spins.is_multiple_of(2000) {
            thread::yield_now();
        } else {
            pause();
        }
    }
}

/// Tells the CPU that this thread waits for another.
///
/// `hint::spin_loop` does not serve: it is `isb` on AArch64, and nothing on Power.
fn pause() {
    // SAFETY: these instructions are hints and change nothing.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!("yield", options(nomem, nostack, preserves_flags));
        #[cfg(target_arch = "powerpc64")]
        asm!("or 27, 27, 27", options(nomem, nostack, preserves_flags));
        // `pause`, whose extension the assembler may not know.
        #[cfg(target_arch = "riscv64")]
        asm!(
            ".4byte 0x0100000f",
            options(nomem, nostack, preserves_flags)
        );
        #[cfg(target_arch = "x86_64")]
        asm!("pause", options(nomem, nostack, preserves_flags));
    }
}
