//! Clocks, by system calls and by an instruction.

use std::thread;
use std::time::Duration;

use overtake_guests::check::equal;

fn clock(number: libc::clockid_t) -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the time is valid for the call.
    unsafe { libc::clock_gettime(number, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Each clock, from two threads. None goes backwards, and those of the processor do not count sleep.
pub fn clocks() -> Result<String, String> {
    let read = || {
        let numbers = [
            libc::CLOCK_REALTIME,
            libc::CLOCK_MONOTONIC,
            libc::CLOCK_PROCESS_CPUTIME_ID,
            libc::CLOCK_THREAD_CPUTIME_ID,
            libc::CLOCK_MONOTONIC_RAW,
            libc::CLOCK_REALTIME_COARSE,
            libc::CLOCK_BOOTTIME,
        ];
        let first = numbers.map(clock);
        thread::sleep(Duration::from_secs(1000));
        let second = numbers.map(clock);
        for (index, (first, second)) in first.iter().zip(&second).enumerate() {
            let slept = *second - *first > Duration::from_secs(999);
            equal(
                "whether a clock counts sleep",
                slept,
                !matches!(index, 2 | 3),
            )?;
        }
        Ok::<_, String>(second)
    };
    let other = thread::spawn(read);
    let mine = read()?;
    // SAFETY: zeros are a valid structure, and it is valid for the call.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        (
            usage.ru_utime.tv_sec,
            usage.ru_utime.tv_usec,
            usage.ru_minflt,
        )
    };
    Ok(format!("{mine:?} {:?} {usage:?}", other.join().unwrap()?))
}

/// The seconds since 1970.
pub fn date() -> Result<String, String> {
    Ok(clock(libc::CLOCK_REALTIME).as_secs().to_string())
}

/// Reads a counter of time by an instruction.
fn read_counter() -> u64 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every processor has the instruction.
    return unsafe { std::arch::x86_64::_rdtsc() };
    #[cfg(not(target_arch = "x86_64"))]
    {
        let counter: u64;
        // SAFETY: the instruction only writes a register.
        unsafe {
            #[cfg(target_arch = "aarch64")]
            std::arch::asm!("mrs {}, cntvct_el0", out(reg) counter);
            #[cfg(target_arch = "powerpc64")]
            std::arch::asm!("mftb {}", out(reg) counter);
            #[cfg(target_arch = "riscv64")]
            std::arch::asm!("rdtime {}", out(reg) counter);
        }
        counter
    }
}

/// A counter of time, read by an instruction in a second thread.
pub fn counter() -> Result<String, String> {
    let read = || std::hint::black_box(read_counter());
    thread::spawn(read).join().unwrap();
    Ok("read".to_owned())
}

/// A thread asks for the number of its process.
pub fn number() -> Result<String, String> {
    let beside = std::thread::spawn(std::process::id);
    let number = beside.join().unwrap();
    Ok((number == std::process::id()).to_string())
}
