//! ABA: between a load-reserved and its store-conditional, another thread changes the location
//! and changes it back. The store-conditional must fail. Plain QEMU compares values and lets it
//! succeed.
//!
//! `aba [--shared | --alias]` prints how often the store-conditional succeeded. The location is in
//! private memory, with `--shared` in memory that is mapped `MAP_SHARED`, with `--alias` in such
//! memory that each thread has mapped at its own address. Exit status: 0, never, or the
//! architecture has no store-conditional (x86-64); 1, at least once; 2, wrong usage.

use std::process::ExitCode;

use overtake_guests::args::usage_error;
use overtake_guests::fastbins;

/// Where the location is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Private,
    Shared,
    Alias,
}

#[cfg(not(target_arch = "x86_64"))]
mod memory {
    use std::io;
    use std::ptr;
    use std::sync::atomic::AtomicU32;

    use overtake_guests::pages::PAGE;

    use super::Place;

    /// Maps a word on its own page, for good. Returns it at the address for the thread that
    /// reserves it and at the address for the thread that changes it.
    pub fn location(place: Place) -> io::Result<[&'static AtomicU32; 2]> {
        match place {
            Place::Private => map(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1).map(|it| [it; 2]),
            Place::Shared => map(libc::MAP_SHARED | libc::MAP_ANONYMOUS, -1).map(|it| [it; 2]),
            Place::Alias => {
                // SAFETY: the name is a C string; the file is one page long before it is mapped.
                let file = unsafe { libc::memfd_create(c"aba".as_ptr(), 0) };
                // SAFETY: as above.
                if file < 0 || unsafe { libc::ftruncate(file, PAGE as libc::off_t) } != 0 {
                    return Err(io::Error::last_os_error());
                }
                Ok([map(libc::MAP_SHARED, file)?, map(libc::MAP_SHARED, file)?])
            }
        }
    }

    fn map(flags: libc::c_int, file: libc::c_int) -> io::Result<&'static AtomicU32> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping, at an address that the kernel chooses.
        let start = unsafe { libc::mmap(ptr::null_mut(), PAGE, protection, flags, file, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: never unmapped, aligned, zeroed, and used atomically.
        Ok(unsafe { &*start.cast() })
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod pair {
    use std::arch::asm;
    use std::hint;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU32, Ordering};

    pub const ROUNDS: u32 = 20;

    /// The stage of a round, which one thread sets and the other awaits.
    struct Stage<'a>(&'a AtomicU32);

    impl Stage<'_> {
        // Release and Acquire: pair with each other. What a thread did before `set` is ordered
        // before what the other thread does after `wait`.
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

    /// Returns how many store-conditionals succeeded, though they must fail. One thread reserves
    /// `location`, and the other one changes it at `other`.
    pub fn run([location, other]: [&AtomicU32; 2]) -> u32 {
        let stage = AtomicU32::new(0);
        let stage = Stage(&stage);
        let start = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                for round in 0..ROUNDS {
                    stage.wait(2 * round + 1);
                    // Relaxed: ordered before the stage by its Release.
                    other.store(1, Ordering::Relaxed);
                    other.store(0, Ordering::Relaxed);
                    stage.set(2 * round + 2);
                }
            });
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
    fastbins::avoid();
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let place = match arguments.as_slice() {
        [] => Place::Private,
        ["--shared"] => Place::Shared,
        ["--alias"] => Place::Alias,
        _ => return usage_error("aba", &"the only options are --shared and --alias"),
    };
    judge(place)
}

#[cfg(target_arch = "x86_64")]
fn judge(_: Place) -> ExitCode {
    println!("aba: x86-64 has no load-reserved");
    ExitCode::SUCCESS
}

#[cfg(not(target_arch = "x86_64"))]
fn judge(place: Place) -> ExitCode {
    use overtake_guests::args::EXIT_WRONG;

    let location = match memory::location(place) {
        Ok(location) => location,
        Err(error) => {
            eprintln!("aba: cannot map memory: {error}");
            return ExitCode::from(EXIT_WRONG);
        }
    };
    let succeeded = pair::run(location);
    println!(
        "aba: {succeeded} of {} store-conditionals succeeded",
        pair::ROUNDS
    );
    ExitCode::from(if succeeded == 0 { 0 } else { EXIT_WRONG })
}
