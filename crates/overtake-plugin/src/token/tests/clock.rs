//! Time for tests: it goes on only while a thread waits for it.

use super::kernel;
use shuttle::rand::Rng;
use std::cell::Cell;
use std::ops::Add;
use std::time::Duration;

thread_local! {
    // All of shuttle's threads run on the host thread of their test.
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static TIMEOUTS: Cell<bool> = const { Cell::new(false) };
}

/// Starts anew. Without `timeouts`, a thread that parks waits until it is woken, so that a lost
/// wake-up is a deadlock, which shuttle finds.
pub fn start(timeouts: bool) {
    NOW.set(Duration::ZERO);
    TIMEOUTS.set(timeouts);
}

/// Time since the start.
pub fn now() -> Duration {
    NOW.get()
}

#[derive(Debug, Clone, Copy)]
pub struct Instant(Duration);

impl Instant {
    pub fn now() -> Self {
        Self(now())
    }

    pub fn elapsed(self) -> Duration {
        now().saturating_sub(self.0)
    }
}

/// The clock is coarse, so that what is bounded by time takes few steps.
const TICK: Duration = Duration::from_millis(20);

pub fn sleep(time: Duration) {
    shuttle::thread::yield_now();
    NOW.set(now().add(time.max(TICK)));
}

pub fn park_timeout(time: Duration) {
    kernel::parks();
    if TIMEOUTS.get() {
        sleep(time);
        if shuttle::rand::thread_rng().gen_ratio(1, 16) {
            // The host is slow to wake it.
            for _ in 0..200 {
                shuttle::thread::yield_now();
            }
        }
    } else {
        shuttle::thread::park();
    }
    kernel::is_awake();
}
