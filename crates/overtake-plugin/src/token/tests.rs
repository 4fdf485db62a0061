//! Hazards between threads, tested in many interleavings (shuttle).

pub mod clock;
mod hazards;
mod kernel;
pub mod lock;
mod machine;
mod slots;
