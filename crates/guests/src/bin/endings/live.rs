//! Three threads that stay alive: one spins, one parks, one sleeps.

use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Three threads that idle until they are told to stop.
pub struct Live {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Live {
    /// Starts the threads, and returns when all of them run.
    pub fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (ready, all_ready) = mpsc::channel();
        let idlers: [fn(); 3] = [
            hint::spin_loop,
            || thread::park_timeout(Duration::from_secs(3600)),
            || thread::sleep(Duration::from_millis(20)),
        ];
        let threads = idlers.map(|idle| {
            let (stop, ready) = (stop.clone(), ready.clone());
            thread::spawn(move || {
                ready.send(()).unwrap();
                // Relaxed: pairs with the store in `stop`, which publishes only the flag itself.
                while !stop.load(Ordering::Relaxed) {
                    idle();
                }
            })
        });
        drop(ready);
        assert_eq!(all_ready.iter().take(threads.len()).count(), threads.len());
        Self {
            stop,
            threads: threads.into(),
        }
    }

    /// Lets the threads run on.
    pub fn leave(self) {
        drop(self.threads);
    }

    /// Stops and joins the threads.
    pub fn stop(self) {
        // Relaxed: pairs with the loads in the threads.
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.thread().unpark();
            thread.join().unwrap();
        }
    }
}
