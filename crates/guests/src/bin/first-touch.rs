//! Message passing (litmus test MP) with data on pages that only the writer has touched: a race
//! that happens once on each page. An emulator that makes a page weak only once two threads share
//! it never shows them stale there.
//!
//! Each round has its own page for the data. The flag and the reader's answer are on pages that
//! both threads have used. `first-touch [OPTION]` prints how often the data were stale.
//!
//! | option | before the first round |
//! |---|---|
//! | none | no thread uses the data's pages |
//! | `--later` | no thread does, and they are mapped when there is a second thread |
//! | `--held` | the first thread stores elsewhere on each, before there is a second one |
//! | `--touched` | both threads use every page |
//! | `--filled` | the writer does, and the reader is the first thread, which stores to every page before there is a second one |
//!
//! Exit status: 0, never; 1, at least once, which every weakly ordered architecture allows; 2,
//! wrong usage.

use std::process::ExitCode;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{hint, thread};

use overtake_guests::args::{EXIT_WRONG, usage_error};
use overtake_guests::fastbins;
use overtake_guests::pages::{PAGE, Pages};

const ROUNDS: usize = 60;
/// The number of atomics on a page.
const STRIDE: usize = PAGE / size_of::<AtomicU32>();

/// Which threads have used the data's pages before the first round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nobody,
    NobodyAndMappedLater,
    FirstThreadAloneElsewhere,
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
    if matches!(
        before,
        Before::FirstThreadAlone | Before::FirstThreadAloneElsewhere
    ) {
        for page in data.chunks(STRIDE) {
            // Relaxed: there is no other thread. Nothing else uses this word.
            page[1].store(1, Ordering::Relaxed);
        }
    }
    let start = Barrier::new(2);
    let meet = |touches: bool| {
        // Relaxed: pairs with nothing; all is still 0, and the load only touches the page.
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
            meet(matches!(
                before,
                Before::BothThreads | Before::FirstThreadAlone
            ));
            for round in 0..ROUNDS {
                // Acquire: pairs with the Release of the answer to the previous round.
                while round > 0 && answers[(round - 1) * STRIDE].load(Ordering::Acquire) == 0 {
                    hint::spin_loop();
                }
                // The test: MP, writer's side. Relaxed: nothing orders the two stores.
                data[round * STRIDE].store(1, Ordering::Relaxed);
                flags[round * STRIDE].store(1, Ordering::Relaxed);
            }
        });
        let reader = || {
            meet(before == Before::BothThreads);
            let stale = |round: &usize| {
                // Acquire: the load of the data is ordered after it. It pairs with no Release.
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
        [flag] if flag == "--later" => Before::NobodyAndMappedLater,
        [flag] if flag == "--held" => Before::FirstThreadAloneElsewhere,
        [flag] if flag == "--touched" => Before::BothThreads,
        [flag] if flag == "--filled" => Before::FirstThreadAlone,
        _ => {
            let options = "the options are --later, --held, --touched and --filled";
            return usage_error("first-touch", &options);
        }
    };
    let end = Barrier::new(2);
    let stale = thread::scope(|scope| {
        let later = before == Before::NobodyAndMappedLater;
        if later {
            scope.spawn(|| end.wait());
        }
        let stale = run(before);
        if later {
            end.wait();
        }
        stale
    });
    println!("first-touch: stale in {stale} of {ROUNDS} rounds");
    ExitCode::from(if stale == 0 { 0 } else { EXIT_WRONG })
}
