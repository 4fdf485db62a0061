//! The synchronisation and the clock of the token: the standard library's.
//!
//! In tests they are shuttle's, which runs one thread at a time, and chooses the thread at each
//! operation. The clock then advances only while a thread waits (`tests/clock.rs`), and a thread
//! that waits for a lock sleeps in the simulated kernel (`tests/lock.rs`).

#[cfg(not(test))]
pub use std::{
    sync::atomic::{AtomicBool, AtomicU32, fence},
    sync::{Condvar, Mutex, MutexGuard},
    thread::{Thread, current, park_timeout, sleep, yield_now},
    time::Instant,
};

#[cfg(test)]
pub use super::tests::{
    clock::{Instant, park_timeout, sleep},
    lock::Mutex,
};
#[cfg(test)]
pub use shuttle::{
    sync::atomic::{AtomicBool, AtomicU32, fence},
    sync::{Condvar, MutexGuard},
    thread::{Thread, current, yield_now},
};
