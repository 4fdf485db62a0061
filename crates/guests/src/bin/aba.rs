//! A location is changed and changed back between a load-reserved and its store-conditional
//! (ABA): the store-conditional must fail. QEMU by itself, which compares values, lets it succeed.
//!
//! `aba` prints how often it succeeded. Exit status: 0, never, or the architecture has no such
//! pair (x86-64); 1, at least once.

use std::process::ExitCode;

#[cfg(not(target_arch = "x86_64"))]
mod pair {
    use std::arch::asm;
    use std::hint;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU32, Ordering};

    use overtake_guests::pages::Pages;

    pub const ROUNDS: u32 = 20;

    /// Where the round stands: set by one thread, awaited by the other.
    struct Stage<'a>(&'a AtomicU32);

    impl Stage<'_> {
        // Release and Acquire: pair with each other; each orders what its thread did before.
        fn set(&self, stage: u32) {
            self.0.store(stage, Ordering::Release);
        }

        fn wait(&self, stage: u32) {
            while self.0.load(Ordering::Acquire) != stage {
                hint::spin_loop();
            }
        }
    }

    fn load_reserved(location: &AtomicU32) -> u32 {
        let value: u32;
        // SAFETY: loads from a valid location, and reserves it.
        unsafe {
            #[cfg(target_arch = "aarch64")]
            asm!("ldaxr {0:w}, [{1}]", out(reg) value, in(reg) location.as_ptr());
            #[cfg(target_arch = "riscv64")]
            asm!("lr.w.aq {0}, ({1})", out(reg) value, in(reg) location.as_ptr());
            #[cfg(target_arch = "powerpc64")]
            asm!("lwarx {0}, 0, {1}", out(reg) value, in(reg_nonzero) location.as_ptr());
        }
        value
    }

    fn store_conditional(location: &AtomicU32, value: u32) -> bool {
        let failed: u32;
        // SAFETY: stores to a valid location that is written by atomic accesses only, if at all.
        unsafe {
            #[cfg(target_arch = "aarch64")]
            asm!("stlxr {0:w}, {1:w}, [{2}]", out(reg) failed, in(reg) value, in(reg) location.as_ptr());
            #[cfg(target_arch = "riscv64")]
            asm!("sc.w.rl {0}, {1}, ({2})", out(reg) failed, in(reg) value, in(reg) location.as_ptr());
            #[cfg(target_arch = "powerpc64")]
            asm!(
                "stwcx. {1}, 0, {2}",
                "li {0}, 0",
                "beq 0, 2f",
                "li {0}, 1",
                "2:",
                out(reg) failed, in(reg) value, in(reg_nonzero) location.as_ptr(), out("cr0") _
            );
        }
        failed == 0
    }

    /// How many store-conditionals succeeded that must not.
    pub fn run() -> u32 {
        let mut pages = Pages::new(1);
        let memory = pages.as_uninit_mut();
        // SAFETY: zeroed, aligned, large enough, and borrowed for as long as `words` lives.
        let words: &[AtomicU32] =
            unsafe { std::slice::from_raw_parts(memory.as_ptr().cast(), 128) };
        let (location, stage) = (&words[0], Stage(&words[64]));
        let start = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                stage.wait(0);
                start.wait();
                for round in 0..ROUNDS {
                    stage.wait(2 * round + 1);
                    // Relaxed: ordered before the stage by its Release.
                    location.store(1, Ordering::Relaxed);
                    location.store(0, Ordering::Relaxed);
                    stage.set(2 * round + 2);
                }
            });
            stage.wait(0);
            start.wait();
            let mut succeeded = 0;
            for round in 0..ROUNDS {
                let value = load_reserved(location);
                stage.set(2 * round + 1);
                stage.wait(2 * round + 2);
                if value == 0 && store_conditional(location, 7) {
                    succeeded += 1;
                    // Relaxed: ordered before the next stage by its Release.
                    location.store(0, Ordering::Relaxed);
                }
            }
            succeeded
        })
    }
}

fn main() -> ExitCode {
    overtake_guests::fastbins::avoid();
    #[cfg(target_arch = "x86_64")]
    {
        println!("aba: x86-64 has no load-reserved");
        ExitCode::SUCCESS
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let succeeded = pair::run();
        println!(
            "aba: {succeeded} of {} store-conditionals succeeded",
            pair::ROUNDS
        );
        ExitCode::from(u8::from(succeeded > 0))
    }
}
