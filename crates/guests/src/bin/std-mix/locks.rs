//! `Mutex`, `RwLock` and atomic counters.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;

use overtake_guests::check::equal;

use crate::threads::THREADS;

const TURNS: usize = 100;

/// The threads add to a number and to a list behind one lock.
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
    // Each thread's own entries are in its order.
    list.sort_by_key(|&(me, _)| me);
    let expected = (0..THREADS).flat_map(|me| (0..TURNS).map(move |turn| (me, turn)));
    equal("list", list, expected.collect())?;
    Ok(sum)
}

/// Two threads keep two numbers equal, two others look.
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
                            // Relaxed: pairs with the load after the scope, whose joins order it.
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

/// No increment is lost, whatever its ordering.
pub fn atomics() -> Result<u64, String> {
    let counter = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..TURNS {
                    // Relaxed and AcqRel: an increment is one step, which is all that counts
                    // here; they pair with the load after the joins.
                    counter.fetch_add(1, Ordering::Relaxed);
                    counter.fetch_add(1, Ordering::AcqRel);
                    // SeqCst and Relaxed: as above, by compare and exchange.
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
