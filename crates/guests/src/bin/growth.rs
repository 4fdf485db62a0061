//! Shared work of a given size, for the benchmark: `growth THREADS PAGES STORES ROUNDS`.
//!
//! Each thread stores to one word of each page in turn, loads the word that the next thread stores
//! to, and executes a full fence after every STORES stores. All threads together do ROUNDS rounds.
//! Exit status 2: wrong usage.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::thread;

use overtake_guests::args::usage_error;
use overtake_guests::fastbins;

/// The number of 8-byte words on a page.
const WORDS: usize = 512;

fn main() -> ExitCode {
    fastbins::avoid();
    let numbers: Option<Vec<usize>> = std::env::args().skip(1).map(|it| it.parse().ok()).collect();
    let Some(&[threads @ 1..=64, pages @ (1..), stores @ (1..), rounds]) = numbers.as_deref()
    else {
        return usage_error("growth", &"expected THREADS PAGES STORES ROUNDS");
    };
    let words: Vec<AtomicU64> = (0..pages * WORDS).map(|_| AtomicU64::new(0)).collect();
    thread::scope(|scope| {
        for thread in 0..threads {
            let words = &words;
            scope.spawn(move || {
                for round in 0..rounds / threads {
                    let page = round % pages * WORDS;
                    // Relaxed, both: only their cost is of interest.
                    words[page + thread * 8].store(round as u64, Ordering::Relaxed);
                    words[page + (thread + 1) % threads * 8].load(Ordering::Relaxed);
                    if round % stores == stores - 1 {
                        // SeqCst: pairs with the other threads' fences; commits the pending stores.
                        fence(Ordering::SeqCst);
                    }
                }
            });
        }
    });
    ExitCode::SUCCESS
}
