//! What the token synchronises threads with, and its clock: the standard library's.
//!
//! In tests they are shuttle's, which runs one thread at a time and chooses at each operation which;
//! the clock then goes on only while a thread waits (`tests/clock.rs`), and who waits for a lock sleeps
//! in the simulated kernel (`tests/lock.rs`).

#[cfg(not(test))]
mod chosen {
    pub use std::sync::atomic::{AtomicBool, AtomicU32, fence};
    pub use std::sync::{Condvar, Mutex, MutexGuard};
    pub use std::thread::{Thread, current, park_timeout, sleep, yield_now};
    pub use std::time::Instant;
}

#[cfg(test)]
mod chosen {
    pub use crate::token::tests::clock::{Instant, park_timeout, sleep};
    pub use crate::token::tests::lock::Mutex;
    pub use shuttle::sync::atomic::{AtomicBool, AtomicU32, fence};
    pub use shuttle::sync::{Condvar, MutexGuard};
    pub use shuttle::thread::{Thread, current, yield_now};
}

pub use chosen::*;
