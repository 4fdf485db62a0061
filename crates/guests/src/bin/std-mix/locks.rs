//! `Mutex`, `RwLock` and atomic counters.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;

use overtake_guests::check::equal;

use crate::threads::THREADS;

const TURNS: usize = 100;

/// The threads add to a number and to a list under one lock.
pub fn mutex() -> Result<u64, String> {
    let state = Mutex::new((0_u64, Vec::new()));
    thread::scope(|scope| {
        for me in 0..THREADS {
            let state = &state;
            scope.spawn(move || {
                for turn in 0..TURNS {
                    let mut state = state.lock().unwrap();
                    state.0 += turn as u64;
                    state.1.push((me, turn));
                }
            });
        }
    });
    let (sum, mut list) = state.into_inner().unwrap();
    equal("sum", sum, (THREADS * TURNS * (TURNS - 1) / 2) as u64)?;
    // The sort is stable, so each thread's entries stay in the order of the list.
    list.sort_by_key(|&(me, _)| me);
    let expected = (0..THREADS).flat_map(|me| (0..TURNS).map(move |turn| (me, turn)));
    equal("list", list, expected.collect())?;
    Ok(sum)
}

/// Two threads keep two numbers equal, and two others check that.
pub fn rwlock() -> Result<u64, String> {
    let pair = RwLock::new((0_u64, 0_u64));
    let unequal = AtomicUsize::new(0);
    thread::scope(|scope| {
        for me in 0..THREADS {
            let (pair, unequal) = (&pair, &unequal);
            scope.spawn(move || {
                for _ in 0..TURNS {
                    if me % 2 == 0 {
                        let mut pair = pair.write().unwrap();
                        pair.0 += 1;
                        pair.1 += 1;
                    } else {
                        let pair = pair.read().unwrap();
                        if pair.0 != pair.1 {
                            // Relaxed: pairs with the load after the scope; the joins order it.
                            unequal.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    // Relaxed: every thread has been joined.
    equal("unequal pairs", unequal.load(Ordering::Relaxed), 0)?;
    let pair = pair.into_inner().unwrap();
    equal(
        "pair",
        pair,
        ((THREADS / 2 * TURNS) as u64, (THREADS / 2 * TURNS) as u64),
    )?;
    Ok(pair.0)
}

/// The threads increment a counter with all orderings, and no increment is lost.
pub fn atomics() -> Result<u64, String> {
    let counter = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..TURNS {
                    // Relaxed and AcqRel: pair with the load after the joins. An increment is
                    // one step with any ordering.
                    counter.fetch_add(1, Ordering::Relaxed);
                    counter.fetch_add(1, Ordering::AcqRel);
                    // SeqCst and Relaxed: as above, with a compare-and-exchange.
                    counter
                        .fetch_update(Ordering::SeqCst, Ordering::Relaxed, |n| Some(n + 1))
                        .expect("never refused");
                }
            });
        }
    });
    // Relaxed: every thread has been joined.
    let count = counter.load(Ordering::Relaxed);
    equal("count", count, THREADS * TURNS * 3)?;
    Ok(count as u64)
}
