//! What the kernel writes for a thread is a store of that thread.

use std::ptr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use crate::memory;
use crate::steps::{Steps, never};

/// The bytes of a slot. A call writes into the middle.
const SLOT: usize = 1024;
const START: usize = 256;

/// A call that writes: its name, how many bytes it writes, and the call, which gets their address.
type Out = (&'static str, usize, fn(usize) -> libc::c_long);

/// Makes a system call.
macro_rules! call {
    ($($argument:expr),+) => {
        // SAFETY: the call writes at most as many bytes as `OUTS` says, to atomics that live.
        unsafe { libc::syscall($($argument),+) }
    };
}

const NONE: *const u8 = ptr::null();

const OUTS: &[Out] = &[
    ("clock_gettime", 16, |to| {
        call!(libc::SYS_clock_gettime, libc::CLOCK_MONOTONIC, to)
    }),
    ("clock_getres", 16, |to| {
        call!(libc::SYS_clock_getres, libc::CLOCK_MONOTONIC, to)
    }),
    ("gettimeofday", 16, |to| {
        call!(libc::SYS_gettimeofday, to, NONE)
    }),
    ("gettimeofday's zone", 8, |to| {
        call!(libc::SYS_gettimeofday, NONE, to)
    }),
    ("getrusage", 144, |to| {
        call!(libc::SYS_getrusage, libc::RUSAGE_SELF, to)
    }),
    ("times", 32, |to| call!(libc::SYS_times, to)),
    ("uname", 390, |to| call!(libc::SYS_uname, to)),
    ("prctl", 16, |to| {
        call!(libc::SYS_prctl, libc::PR_GET_NAME, to)
    }),
    ("prlimit64", 16, |to| {
        call!(libc::SYS_prlimit64, 0, libc::RLIMIT_NOFILE, NONE, to)
    }),
    ("rt_sigprocmask", 8, |to| {
        call!(libc::SYS_rt_sigprocmask, 0, NONE, to, 8)
    }),
    ("rt_sigpending", 8, |to| {
        call!(libc::SYS_rt_sigpending, to, 8)
    }),
    ("sigaltstack", 24, |to| {
        call!(libc::SYS_sigaltstack, NONE, to)
    }),
    ("getresuid", 4, |to| call!(libc::SYS_getresuid, to, to, to)),
    ("getresgid", 4, |to| call!(libc::SYS_getresgid, to, to, to)),
    ("getcpu", 4, |to| call!(libc::SYS_getcpu, to, NONE, NONE)),
    ("getrandom", 32, |to| call!(libc::SYS_getrandom, to, 32, 0)),
];

/// Each call writes what it is said to write, no more and no less, and another thread that is
/// ordered after it reads that.
pub fn outs() -> Result<String, String> {
    let words = memory::pages(1)?;
    // SAFETY: atomics of four bytes each, which live for ever; nothing uses them as words.
    let bytes: &'static [AtomicU8] =
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len() * 4) };
    let copies = memory::pages(1)?;
    // SAFETY: as above.
    let copies: &'static [AtomicU8] =
        unsafe { std::slice::from_raw_parts(copies.as_ptr().cast(), copies.len() * 4) };
    let (written, read) = (Steps::new(), Steps::new());
    let slot = |index: usize| index * SLOT..(index + 1) * SLOT;
    let mut wrong = Vec::new();
    let mut stale = 0;
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut stale = 0;
            for index in 0..OUTS.len() {
                read.announce(2 * index as u32 + 1);
                written.wait(index as u32 + 1);
                let all = slot(index);
                // Relaxed: ordered after what announced it.
                let differ = |at: usize| {
                    bytes[at].load(Ordering::Relaxed) != copies[at].load(Ordering::Relaxed)
                };
                stale += u32::from(all.into_iter().any(differ));
                read.announce(2 * index as u32 + 2);
            }
            stale
        });
        for (index, (name, length, call)) in OUTS.iter().enumerate() {
            read.wait(2 * index as u32 + 1);
            let all = slot(index);
            let to = &bytes[all.start + START..];
            let mut unwritten = vec![true; SLOT];
            for fill in [0x55, 0xaa] {
                for byte in &bytes[all.clone()] {
                    // Relaxed: announced below.
                    byte.store(fill, Ordering::Relaxed);
                }
                let result = call(to.as_ptr().addr());
                if result < 0 {
                    wrong.push(format!("{name} failed"));
                }
                for (unwritten, byte) in unwritten.iter_mut().zip(&bytes[all.clone()]) {
                    *unwritten &= byte.load(Ordering::Relaxed) == fill;
                }
            }
            let expected = START..START + length;
            if unwritten
                .iter()
                .enumerate()
                .any(|(at, it)| *it == expected.contains(&at))
            {
                let found: Vec<usize> = (0..SLOT).filter(|at| !unwritten[*at]).collect();
                wrong.push(format!("{name} wrote {found:?}"));
            }
            for at in all {
                copies[at].store(bytes[at].load(Ordering::Relaxed), Ordering::Relaxed);
            }
            written.announce(index as u32 + 1);
            read.wait(2 * index as u32 + 2);
        }
        stale = reader.join().unwrap_or(1);
    });
    if wrong.is_empty() {
        never(
            "what the kernel wrote is not there",
            stale,
            OUTS.len() as u32,
        )
    } else {
        Err(wrong.join("; "))
    }
}
