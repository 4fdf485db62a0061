//! Timers, which keep the host's time.

use super::time_value::{SIZE, Unit, host_time};
use crate::clock::Clock;
use crate::engine::Engine;
use crate::guest_memory;

const TIMER_ABSTIME: u64 = 1;

/// Rewrites the absolute time of a timer, which the guest has read from its clocks, to the host's.
pub fn set_by_host(engine: &mut Engine, args: &[u64; 6]) {
    if args[1] & TIMER_ABSTIME == 0 {
        return;
    }
    // `struct itimerspec`: the interval, the time.
    let addr = args[2].wrapping_add(SIZE as u64);
    let Some(original) = guest_memory::read_if_mapped(addr, SIZE) else {
        return;
    };
    let time = original
        .clone()
        .try_into()
        .ok()
        .and_then(|it| Unit::Nanoseconds.decode(it));
    // The clock was named when the timer was made. No clock that counts from the start of the
    // machine has come near a date.
    let clock = match time {
        None | Some(0) => return,
        Some(time) if time >= Clock::Date.start() => Clock::Date,
        Some(_) => Clock::Uptime,
    };
    let start = time.unwrap_or_default().saturating_sub(clock.start());
    let time = host_time(clock, start.saturating_sub(engine.now()));
    engine
        .rewritten
        .rewrite(addr, original, &Unit::Nanoseconds.encode(time));
}
