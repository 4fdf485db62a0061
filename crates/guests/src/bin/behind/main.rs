//! Message passing whose reader makes a system call at each attempt, and lacks the acquire.
//!
//! `behind MODE [--ordered]` prints how often the data were stale. With `--ordered` what is missing
//! is there. Exit status: 0, never; 1, at least once, which every weakly ordered architecture
//! allows without `--ordered`, but for `gettid-branch`; 2, wrong usage.
//!
//! | mode | the call |
//! |---|---|
//! | `yield` | `sched_yield`, while the flag is not set |
//! | `nanosleep` | `nanosleep` for a nanosecond, while the flag is not set |
//! | `clock` | `clock_gettime`, while the flag is not set |
//! | `futex-wake` | `futex` WAKE of another word, while the flag is not set |
//! | `gettid` | `gettid` between the two loads, with no branch between them |
//! | `gettid-branch` | `gettid` after the loop that waits for the flag: a context synchronisation after a branch, which orders the loads on AArch64 and Power |
//! | `clock-between` | `clock_gettime` between the two loads: the kernel orders them (`smp_rmb`) |
//! | `out-flag` | the flag is what `clock_gettime` writes, and what is missing is the fence before it |
//! | `out` | the data are what `clock_gettime` writes, and what is missing is the release |

mod calls;

use std::process::ExitCode;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::{hint, thread};

use overtake_guests::args::{EXIT_WRONG, usage_error};
use overtake_guests::fastbins;
use overtake_guests::pages::{PAGE, Pages};

const ROUNDS: usize = 200;
/// The number of words from one slot to the next.
const SLOT: usize = 64;
/// The number of words on a page.
const WORDS: usize = PAGE / size_of::<AtomicU32>();

/// What the two threads share: slots for the data, flags and answers.
struct Shared<'a> {
    data: &'a [AtomicU32],
    flags: &'a [AtomicU32],
    answers: &'a [AtomicU32],
    /// Of the writer's store of the flag, and of the reader's load of it.
    release: Ordering,
    acquire: Ordering,
}

impl Shared<'_> {
    /// Waits for the flag, makes the call at each attempt that fails, then loads the data.
    fn poll(&self, slot: usize, call: impl Fn()) -> u32 {
        while self.flags[slot].load(self.acquire) == 0 {
            call();
        }
        self.datum(slot)
    }

    /// Loads the flag, makes the call, and loads the data, until the flag was set.
    fn between(&self, slot: usize, call: impl Fn()) -> u32 {
        loop {
            let flag = self.flags[slot].load(self.acquire);
            call();
            let datum = self.datum(slot);
            if flag != 0 {
                return datum;
            }
        }
    }

    fn datum(&self, slot: usize) -> u32 {
        // Relaxed: the load of the flag orders it, if it is an Acquire.
        self.data[slot].load(Ordering::Relaxed)
    }
}

/// Whether what is missing is the release, not the acquire.
fn lacks_release(mode: &str) -> bool {
    matches!(mode, "out" | "out-flag")
}

fn writer(mode: &str, shared: &Shared) {
    for round in 0..ROUNDS {
        let slot = round * SLOT;
        // Acquire: pairs with the Release of the answer to the previous round.
        while round > 0 && shared.answers[slot - SLOT].load(Ordering::Acquire) == 0 {
            hint::spin_loop();
        }
        if mode == "out" {
            calls::clock(&shared.data[slot..]);
        } else {
            shared.data[slot].store(1, Ordering::Relaxed);
        }
        if mode == "out-flag" {
            if shared.release == Ordering::Release {
                // Pairs with the reader's Acquire of the flag.
                fence(Ordering::Release);
            }
            calls::clock(&shared.flags[slot..]);
        } else {
            shared.flags[slot].store(1, shared.release);
        }
    }
}

/// Returns how often the data were stale.
fn reader(mode: &str, shared: &Shared) -> usize {
    let own = [const { AtomicU32::new(0) }; 4];
    let stale = |round: &usize| {
        let slot = round * SLOT;
        let datum = match mode {
            "yield" => shared.poll(slot, calls::yields),
            "nanosleep" => shared.poll(slot, calls::sleep),
            "clock" => shared.poll(slot, || calls::clock(&own)),
            "futex-wake" => shared.poll(slot, || calls::wake(&own[0])),
            "gettid" => shared.between(slot, calls::gettid),
            "clock-between" => shared.between(slot, || calls::clock(&own)),
            "gettid-branch" => {
                shared.poll(slot, hint::spin_loop);
                calls::gettid();
                shared.datum(slot)
            }
            _ => shared.poll(slot, hint::spin_loop),
        };
        // Release: pairs with the writer's Acquire.
        shared.answers[slot].store(1, Ordering::Release);
        datum == 0
    };
    (0..ROUNDS).filter(stale).count()
}

fn run(mode: &str, ordered: bool) -> usize {
    let mut pages = Pages::new(3 * PAGE);
    let memory = pages.as_uninit_mut();
    // SAFETY: zeroed, aligned to a page, of this length, and borrowed for as long as `all` lives.
    let all: &[AtomicU32] =
        unsafe { std::slice::from_raw_parts(memory.as_ptr().cast(), 3 * WORDS) };
    let (data, rest) = all.split_at(WORDS);
    let (flags, answers) = rest.split_at(WORDS);
    let shared = Shared {
        data,
        flags,
        answers,
        release: if ordered || !lacks_release(mode) {
            Ordering::Release
        } else {
            Ordering::Relaxed
        },
        acquire: if ordered || lacks_release(mode) {
            Ordering::Acquire
        } else {
            Ordering::Relaxed
        },
    };
    let start = Barrier::new(2);
    let meet = || {
        for part in [data, flags, answers] {
            // Relaxed: pairs with nothing; it only touches the page.
            assert_eq!(part[WORDS - 1].load(Ordering::Relaxed), 0);
        }
        start.wait();
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            meet();
            writer(mode, &shared);
        });
        let reads = || {
            meet();
            reader(mode, &shared)
        };
        scope.spawn(reads).join().unwrap_or(ROUNDS)
    })
}

const MODES: [&str; 9] = [
    "yield",
    "nanosleep",
    "clock",
    "futex-wake",
    "gettid",
    "gettid-branch",
    "clock-between",
    "out",
    "out-flag",
];

fn main() -> ExitCode {
    fastbins::avoid();
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (mode, ordered) = match arguments[..] {
        [mode] if MODES.contains(&mode) => (mode, false),
        [mode, "--ordered"] if MODES.contains(&mode) => (mode, true),
        _ => {
            let modes = MODES.join(", ");
            return usage_error("behind", &format!("give a mode of {modes}, and --ordered"));
        }
    };
    let stale = run(mode, ordered);
    println!("behind {mode}: stale in {stale} of {ROUNDS} rounds");
    ExitCode::from(if stale == 0 { 0 } else { EXIT_WRONG })
}
