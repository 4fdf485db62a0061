//! Message passing (litmus test MP) on pages that only the writer has touched: the limit that an
//! emulator has which makes a page weak only once two threads share it.
//!
//! Each round has a page of its own for the data; the flag and the reader's answer lie on pages
//! that both threads have used. `first-touch [--touched | --filled]` prints how often the data were stale; with
//! `--touched` both threads use every page before the first round; with `--filled` the writer does, and the
//! reader is the first thread, which has stored to every page when it was the only one. Exit status: 0, never;
//! 1, at least once, which every weakly ordered architecture allows; 2, wrong usage.

use std::process::ExitCode;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{hint, thread};

use overtake_guests::args::{EXIT_WRONG, usage_error};
use overtake_guests::fastbins;
use overtake_guests::pages::{PAGE, Pages};

const ROUNDS: usize = 60;
/// Atomics in a page.
const STRIDE: usize = PAGE / size_of::<AtomicU32>();

/// Who has used the data's pages before the first round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nobody,
    BothThreads,
    FirstThreadAlone,
}

fn run(before: Before) -> usize {
    let mut pages = Pages::new(3 * ROUNDS * PAGE);
    let memory = pages.as_uninit_mut();
    // SAFETY: zeroed, aligned to a page, of this length, and borrowed for as long as `all` lives.
    let all: &[AtomicU32] =
        unsafe { std::slice::from_raw_parts(memory.as_ptr().cast(), 3 * ROUNDS * STRIDE) };
    let (data, rest) = all.split_at(ROUNDS * STRIDE);
    let (flags, answers) = rest.split_at(ROUNDS * STRIDE);
    if before == Before::FirstThreadAlone {
        for page in data.chunks(STRIDE) {
            // Relaxed: there is no other thread. A word that is of no use otherwise.
            page[1].store(1, Ordering::Relaxed);
        }
    }
    let start = Barrier::new(2);
    let meet = |touches: bool| {
        // Relaxed: pairs with nothing, all is 0 as yet; it only touches the pages.
        let touch = |part: &[AtomicU32]| {
            assert!(
                part.iter()
                    .step_by(STRIDE)
                    .all(|word| word.load(Ordering::Relaxed) == 0)
            );
        };
        touch(flags);
        touch(answers);
        if touches {
            touch(data);
        }
        start.wait();
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            meet(before != Before::Nobody);
            for round in 0..ROUNDS {
                // Acquire: pairs with the Release of the answer to the round before.
                while round > 0 && answers[(round - 1) * STRIDE].load(Ordering::Acquire) == 0 {
                    hint::spin_loop();
                }
                // The test: MP, writer side. Relaxed: nothing orders the two.
                data[round * STRIDE].store(1, Ordering::Relaxed);
                flags[round * STRIDE].store(1, Ordering::Relaxed);
            }
        });
        let reader = || {
            meet(before == Before::BothThreads);
            let stale = |round: &usize| {
                // Acquire: orders the load of the data after it; it has no Release to pair with.
                while flags[round * STRIDE].load(Ordering::Acquire) == 0 {
                    hint::spin_loop();
                }
                let stale = data[round * STRIDE].load(Ordering::Relaxed) == 0;
                // Release: pairs with the writer's Acquire.
                answers[round * STRIDE].store(1, Ordering::Release);
                stale
            };
            (0..ROUNDS).filter(stale).count()
        };
        match before {
            Before::FirstThreadAlone => reader(),
            _ => scope.spawn(reader).join().unwrap_or(ROUNDS),
        }
    })
}

fn main() -> ExitCode {
    fastbins::avoid();
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let before = match arguments.as_slice() {
        [] => Before::Nobody,
        [flag] if flag == "--touched" => Before::BothThreads,
        [flag] if flag == "--filled" => Before::FirstThreadAlone,
        _ => return usage_error("first-touch", &"the options are --touched and --filled"),
    };
    let stale = run(before);
    println!("first-touch: stale in {stale} of {ROUNDS} rounds");
    ExitCode::from(if stale == 0 { 0 } else { EXIT_WRONG })
}
