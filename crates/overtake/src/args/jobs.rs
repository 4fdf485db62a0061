//! The number of concurrent runs.

use std::num::NonZero;
use std::thread;

/// The requested number, or one for each core.
pub fn jobs(asked: Option<u64>) -> usize {
    let asked = asked.and_then(|jobs| usize::try_from(jobs).ok());
    asked.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get))
}
