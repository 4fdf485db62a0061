//! Whether the guest may handle a signal.
//!
//! The frame of a signal is written to the memory of its thread, and no callback tells of it. A
//! program that handles no signal is spared what this costs.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Relaxed: only the token's holder stores and loads it.
static EXPECTED: AtomicBool = AtomicBool::new(false);

/// Notes that the guest may handle a signal from here on.
pub fn expect() {
    EXPECTED.store(true, Relaxed);
}

/// Whether the guest may handle a signal.
pub fn are_expected() -> bool {
    EXPECTED.load(Relaxed)
}
