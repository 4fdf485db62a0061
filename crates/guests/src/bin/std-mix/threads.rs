//! The size of the exercises.

/// The number of threads in each exercise.
pub const THREADS: usize = 4;
