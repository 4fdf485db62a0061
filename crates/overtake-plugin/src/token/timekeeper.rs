//! Waits that end by the time of the schedule.
//!
//! A thread that waits in the kernel with a time-out waits there for good, as far as the kernel
//! knows (`syscall::timeout`). Its wait is over when the schedule's time has come, and then
//! [`Host::interrupt`] ends the call. This happens only where all threads have settled, so it does
//! not depend on the speed of the host:
//!
//! - before each choice of the next holder: the waits whose time has come end first, and their
//!   threads take part in the choice
//! - where all threads sleep: a host thread of the plugin ([`keep_time`]) lets the time jump
//!   to the next end of a wait
//! - where all threads that can run only spin or yield, so that nothing but time can end that
//!
//! While some thread waits for what is outside of the process (a socket, a child), time does not
//! jump: it passes as on the host, so that the outside has the time that it is given.

use super::schedule::Schedule;
use super::shared::{POLL_INTERVAL, Shared, settle};
use super::slots::{Slots, WATCH_INTERVAL};
use super::sync::{self, Instant};
use std::time::Duration;

/// The maximum interval at which threads that are about to sleep are checked.
const MOST: Duration = Duration::from_millis(1);
/// The interval at which the thread looks if no thread waits for a time.
const IDLE: Duration = Duration::from_secs(60);

/// Ends the waits of threads while all threads sleep, as long as `goes_on` says so.
pub fn keep_time<S: Schedule>(shared: &Shared<S>, goes_on: impl Fn() -> bool) {
    let mut sleep_since = None;
    let mut poll = POLL_INTERVAL;
    shared.lock().timekeeper = Some(sync::current());
    while goes_on() {
        let mut slots = shared.lock();
        let pause = if slots.needs_time() {
            slots.deciding = true;
            let rest = shared.pass_time(&mut slots, &mut sleep_since);
            slots.deciding = false;
            slots.wake_decider();
            poll = (2 * poll).min(MOST);
            rest.map_or(poll, |it| it.clamp(POLL_INTERVAL, WATCH_INTERVAL))
        } else {
            sleep_since = None;
            poll = POLL_INTERVAL;
            // Nobody else watches the holder, which may sleep until a wait is over.
            if slots.parked().next().is_none() {
                shared.watch_holder(&mut slots);
            }
            match slots.next_deadline() {
                Some(_) => WATCH_INTERVAL,
                None => IDLE,
            }
        };
        drop(slots);
        sync::park_timeout(pause);
    }
}

impl<S: Schedule> Shared<S> {
    /// Lets time pass if all threads sleep. Returns how much longer it takes on the host, if that
    /// matters.
    fn pass_time(
        &self,
        slots: &mut Slots<S::Host>,
        sleep_since: &mut Option<Instant>,
    ) -> Option<Duration> {
        let mut state = self.lend();
        let deadline = slots.next_deadline()?;
        if !settle(slots, &mut *state) {
            *sleep_since = None;
            return None;
        }
        let missing = Duration::from_nanos(deadline.saturating_sub(state.now()));
        let slept = sleep_since.get_or_insert_with(Instant::now).elapsed();
        if slots.waits_for_outside() && slept < missing {
            return Some(missing - slept);
        }
        *sleep_since = None;
        state.advance_to(deadline);
        slots.end_waits(deadline);
        None
    }
}
