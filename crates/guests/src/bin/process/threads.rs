//! Many threads.

use std::sync::{Arc, Barrier};
use std::thread;

fn start(body: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, String> {
    let thread = thread::Builder::new().stack_size(64 << 10).spawn(body);
    thread.map_err(|error| format!("a thread: {error}"))
}

/// A hundred at once.
pub fn threads_100() -> Result<String, String> {
    at_once(100)
}

/// A thousand at once.
pub fn threads_1000() -> Result<String, String> {
    at_once(1000)
}

fn at_once(count: usize) -> Result<String, String> {
    let barrier = Arc::new(Barrier::new(count + 1));
    let mut threads = Vec::new();
    for _ in 0..count {
        let barrier = Arc::clone(&barrier);
        threads.push(start(move || {
            barrier.wait();
        })?);
    }
    barrier.wait();
    for thread in threads {
        thread.join().unwrap();
    }
    Ok(format!("{count} threads"))
}

/// Many, of which a few live at a time.
pub fn threads_in_turn() -> Result<String, String> {
    const THREADS: usize = 300;
    for _ in 0..THREADS / 2 {
        let (one, two) = (start(|| ())?, start(|| ())?);
        one.join().unwrap();
        two.join().unwrap();
    }
    Ok(format!("{THREADS} threads"))
}
