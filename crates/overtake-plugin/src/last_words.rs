//! The end of a run that has reached its time limit.
//!
//! `overtake` asks for it in the report (`overtake_report::ROOM`), and kills the process a moment
//! later. Until then the plugin says what was tested and what each thread was doing. The I/O thread
//! looks for the question, because the guest may hang in a way in which no callback comes. Who
//! answers it:
//!
//! - the token's holder, at its next block ([`may_be_wanted`])
//! - if all threads sleep in system calls, the I/O thread, which takes the engine
//! - while the only thread runs code without callbacks, the I/O thread, without the engine

use crate::fast;
use crate::finish;
use crate::io_thread;
use crate::plugin::token;
use crate::report;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// How often the I/O thread looks for the question.
const LOOK: Duration = Duration::from_millis(250);
/// How often it tries to answer.
const AGAIN: Duration = Duration::from_millis(5);
/// After so many tries the only thread seems to run code without callbacks.
const PATIENCE: u32 = 100;

/// The number of tries to answer. Relaxed: what else the threads share is passed on with the token.
static TRIES: AtomicU32 = AtomicU32::new(0);

/// Lets the I/O thread look for the question.
pub fn listen() {
    io_thread::when_idle(look);
}

/// Whether the holder is to answer.
pub fn may_be_wanted() -> bool {
    TRIES.load(Relaxed) != 0
}

/// Answers if it is asked for and possible. Never waits: other threads wait for the I/O thread.
fn look() -> Option<Duration> {
    if !report::asks_for_the_end()? && !may_be_wanted() {
        return Some(LOOK);
    }
    let tries = TRIES.fetch_add(1, Relaxed) + 1;
    // The holder's next block takes the slow path. (If the holder sets another limit at this moment,
    // the next try does it.)
    fast::set_limit(0);
    if let Some(mut engine) = token().seize() {
        finish::out_of_time(&mut engine);
    }
    if tries >= PATIENCE && token().has_one_thread() {
        finish::out_of_time_alone();
    }
    Some(AGAIN)
}
