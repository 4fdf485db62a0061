//! How long a wait takes by the guest's clock.

use std::time::{Duration, Instant};

/// How long the waits are.
pub const HOUR: Duration = Duration::from_secs(3600);

/// What a thread sleeps longer, so that the thread that waits for it has begun.
pub const A_BIT: Duration = Duration::from_secs(1);

/// Returns how long `wait` took, which must be this long, and at most a minute longer.
pub fn lasts(what: &str, expected: Duration, wait: impl FnOnce()) -> Result<Duration, String> {
    let start = Instant::now();
    wait();
    let took = start.elapsed();
    if (expected..expected + Duration::from_secs(60)).contains(&took) {
        Ok(took)
    } else {
        Err(format!("{what} took {took:?} instead of {expected:?}"))
    }
}
