//! Waiting: `Condvar`, `park`, `sleep`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use overtake_guests::check::equal;

use crate::threads::THREADS;

const LAPS: usize = 10;

/// The threads take turns for some laps, with one condition variable.
pub fn condvar() -> Result<u64, String> {
    let turns = Mutex::new(Vec::new());
    let next = Condvar::new();
    thread::scope(|scope| {
        for me in 0..THREADS {
            let (turns, next) = (&turns, &next);
            scope.spawn(move || {
                for _ in 0..LAPS {
                    let mut turns = next
                        .wait_while(turns.lock().unwrap(), |turns| turns.len() % THREADS != me)
                        .unwrap();
                    turns.push(me);
                    next.notify_all();
                }
            });
        }
    });
    let turns = turns.into_inner().unwrap();
    equal(
        "turns",
        &turns,
        &(0..LAPS).flat_map(|_| 0..THREADS).collect(),
    )?;
    Ok(turns.len() as u64)
}

/// The threads pass on a baton. A thread without it is parked.
pub fn park() -> Result<u64, String> {
    let baton = AtomicUsize::new(0);
    thread::scope(|scope| {
        let mut after: Option<Thread> = None;
        // From the last to the first, so that each knows which thread to wake.
        for me in (0..THREADS).rev() {
            let baton = &baton;
            let wake = after.take();
            let runner = scope.spawn(move || {
                // Acquire: pairs with the Release store of the thread before this one, though
                // only the baton itself is published.
                while baton.load(Ordering::Acquire) != me {
                    thread::park();
                }
                // Release: pairs with the Acquire load of the thread after this one.
                baton.store(me + 1, Ordering::Release);
                if let Some(thread) = wake {
                    thread.unpark();
                }
            });
            after = Some(runner.thread().clone());
        }
    });
    // Relaxed: every thread has been joined.
    let baton = baton.load(Ordering::Relaxed);
    equal("baton", baton, THREADS)?;
    Ok(baton as u64)
}

/// Each thread sleeps for a while, and none for less than it asked.
pub fn sleep() -> Result<u64, String> {
    let short = thread::scope(|scope| {
        let sleepers: Vec<_> = (1..=THREADS as u64)
            .map(|milliseconds| {
                scope.spawn(move || {
                    let time = Duration::from_millis(milliseconds);
                    let start = Instant::now();
                    thread::sleep(time);
                    start.elapsed() < time
                })
            })
            .collect();
        sleepers
            .into_iter()
            .map(|sleeper| sleeper.join().unwrap())
            .filter(|&short| short)
            .count()
    });
    equal("sleeps cut short", short, 0)?;
    Ok(THREADS as u64)
}
