//! The size of the exercises.

/// How many threads take part in each exercise.
pub const THREADS: usize = 4;
