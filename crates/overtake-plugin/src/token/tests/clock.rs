//! A clock for tests, which advances only while a thread waits.

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

/// Restarts the clock. Without `timeouts`, a parked thread waits until it is woken, so shuttle
/// reports a lost wake-up as a deadlock.
pub fn start(timeouts: bool) {
    NOW.set(Duration::ZERO);
    TIMEOUTS.set(timeouts);
}

/// Returns the time since the start.
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

/// The clock is coarse, so that a wait until a timeout takes few steps.
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
            // The host is slow to wake the thread.
            for _ in 0..200 {
                shuttle::thread::yield_now();
            }
        }
    } else {
        shuttle::thread::park();
    }
    kernel::is_awake();
}
