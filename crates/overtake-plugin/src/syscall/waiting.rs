//! Calls that may sleep, in the schedule's time.

use super::find_timeout::{Found, find};
use super::outside;
use super::timeout::Timeout;
use super::timers;
use crate::clock::Moment;
use crate::engine::Engine;
use crate::interrupt;
use crate::plugin::plugin;
use crate::syscall_sleep::Sleep;
use crate::time_thread;
use crate::token::Wait;
use overtake_report::input::Input;

/// A call that may sleep.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    sleep: Sleep,
    timeout: Option<Timeout>,
    /// Whether the thread waits for that without the token.
    leaves: bool,
    /// Whether something outside of the process may end it.
    outside: bool,
    /// When it began, if it waits for the outside.
    since: Option<Moment>,
}

/// Begins a call, if it may sleep, and if the guest's time is the schedule's. `leaves`: the thread
/// gives up the token for it.
pub fn begin(engine: &mut Engine, number: i64, args: &[u64; 6], leaves: bool) -> Option<Waiting> {
    let sleep = plugin().classes.sleep(number)?;
    if plugin().options.host_time {
        return None;
    }
    let found = find(engine, sleep, args);
    if matches!(found, Found::Over) {
        return None;
    }
    let input = outside::of(sleep, args);
    if let Some(input) = input {
        engine.note_input(input);
    }
    if sleep.sets_timer() {
        if sleep == Sleep::SetsTimer {
            timers::set_by_host(engine, args);
        }
        engine.has_timer |= input.is_some();
        return None;
    }
    let mut waiting = Waiting {
        sleep,
        timeout: None,
        leaves: false,
        outside: input.is_some() || engine.has_timer || engine.has_child,
        since: (input.is_some() || engine.has_timer).then(|| engine.moment()),
    };
    match found {
        Found::Some(timeout) if !leaves => {
            waiting.timeout = Some(timeout);
            // If the kernel sleeps by the host's clock, it does so for as long.
            if waiting.outside || !timeout.ends_at_once(engine) {
                timeout.give_to_host(engine);
            }
        }
        Found::Some(timeout) if time_thread::runs() && timeout.take_from_kernel(engine) => {
            engine.waits_for_time(true);
            waiting.leaves = true;
            waiting.timeout = Some(timeout);
        }
        // Some time passes on the host.
        Found::Some(_) | Found::Host => {
            engine.note_input(Input::TimeOut);
            waiting.outside = true;
            waiting.since = Some(engine.moment());
        }
        Found::None | Found::Over => {}
    }
    Some(waiting)
}

impl Waiting {
    /// Returns what the thread waits for while it is away. `now` is the schedule's time.
    pub fn wait(&self, writes: bool, futex: Option<u64>, now: u64) -> Wait {
        let deadline = self.timeout.map(|timeout| timeout.deadline);
        Wait {
            writes,
            futex,
            deadline: deadline.filter(|deadline| *deadline > now),
            outside: self.outside,
            wakes: matches!(
                self.sleep,
                Sleep::MessageQueue | Sleep::Semaphores | Sleep::Process
            ),
        }
    }

    /// Prepares the thread, which is about to give up the token, for the end of its wait.
    pub fn expect_end(&self) {
        interrupt::set(self.timeout.map(|timeout| timeout.ending));
    }

    /// Waits without the token for what the kernel cannot wait for.
    pub fn wait_first(&self, args: &[u64; 6]) {
        if let Some(timeout) = &self.timeout {
            timeout.wait_first(self.sleep, args);
        }
    }

    /// Notes that the call is over, when the thread has the token again.
    pub fn is_over(&self, engine: &mut Engine, result: i64) {
        if let Some(since) = &self.since {
            engine.advance_to(since.time_by_host());
        }
        if self.leaves {
            engine.waits_for_time(false);
        }
        if let Some(timeout) = &self.timeout {
            if timeout.has_come(result) {
                engine.advance_to(timeout.deadline);
            }
            timeout.write_rest(engine, result);
        }
    }
}
