//! `Once`, `OnceLock` and `LazyLock`: four threads race to run something that must run once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Barrier, LazyLock, Once, OnceLock};
use std::thread;

use overtake_guests::check::equal;

use crate::threads::THREADS;

pub fn once() -> Result<u64, String> {
    let runs = AtomicU64::new(0);
    // Relaxed: pairs with the load after the joins; only the count matters.
    let run = || runs.fetch_add(1, Ordering::Relaxed);

    let once = Once::new();
    let cell = OnceLock::new();
    let lazy = LazyLock::new(|| {
        run();
        vec![3; 8]
    });
    let start = Barrier::new(THREADS);

    let race = || {
        start.wait();
        once.call_once(|| {
            run();
        });
        let first: &Vec<u64> = cell.get_or_init(|| {
            run();
            vec![2; 8]
        });
        first.iter().sum::<u64>() + lazy.iter().sum::<u64>()
    };
    let sums: Vec<u64> = thread::scope(|scope| {
        let threads = [(); THREADS].map(|()| scope.spawn(race));
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    equal("sums", sums, vec![40; THREADS])?;
    // Relaxed: every thread has been joined.
    let runs = runs.load(Ordering::Relaxed);
    equal("runs", runs, 3)?;
    Ok(runs)
}
