//! The host thread that lets the schedule's time pass while all guest threads sleep.
//!
//! It opens nothing and runs no guest code. A child of `fork` starts its own when it needs one.

use crate::interrupt;
use crate::plugin::token;
use crate::signals;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

/// The stack of the thread, in bytes.
const STACK: usize = 256 << 10;

/// The process that has the thread. Relaxed: only the token's holder stores and loads it.
static STARTED: AtomicU32 = AtomicU32::new(0);
/// The process in which it could not be started. Relaxed: as `STARTED`.
static IMPOSSIBLE: AtomicU32 = AtomicU32::new(0);

/// Starts the thread if it does not run yet. Returns false if that is impossible.
///
/// Called by the token's holder, before it gives up the token.
pub fn runs() -> bool {
    let process = std::process::id();
    if STARTED.load(Relaxed) == process {
        return true;
    }
    if IMPOSSIBLE.load(Relaxed) == process {
        return false;
    }
    let start = || {
        thread::Builder::new()
            .name("overtake-time".to_owned())
            .stack_size(STACK)
            .spawn(|| token().keep_time(|| true))
    };
    let started = interrupt::install() && signals::blocked(start).is_ok();
    let fact = if started { &STARTED } else { &IMPOSSIBLE };
    fact.store(process, Relaxed);
    started
}
