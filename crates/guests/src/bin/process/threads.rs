//! Many threads.

use std::sync::{Arc, Barrier};
use std::thread;

fn start(body: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, String> {
    let thread = thread::Builder::new().stack_size(64 << 10).spawn(body);
    thread.map_err(|error| format!("a thread: {error}"))
}

/// A thousand at once.
pub fn threads_1000() -> Result<String, String> {
    const THREADS: usize = 1000;
    let barrier = Arc::new(Barrier::new(THREADS + 1));
    let mut threads = Vec::new();
    for _ in 0..THREADS {
        let barrier = Arc::clone(&barrier);
        threads.push(start(move || drop(barrier.wait()))?);
    }
    barrier.wait();
    for thread in threads {
        thread.join().unwrap();
    }
    Ok(format!("{THREADS} threads"))
}

/// More than exist at a time, one after the other.
pub fn threads_in_turn() -> Result<String, String> {
    const THREADS: usize = 5000;
    for _ in 0..THREADS {
        start(|| ())?.join().unwrap();
    }
    Ok(format!("{THREADS} threads"))
}
