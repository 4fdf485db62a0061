//! The free choices of a run, written down and made again.
//!
//! What a run does follows from the choices of its [`weakmem::Strategy`]: who runs, how long a
//! store stays pending, how long a write stays unseen, which store-conditional fails.
//! [`Recorder`] writes down those that another strategy makes, as [`Choices`]; [`Replay`] makes
//! them again. A [`Schedule`] is choices with what they were made for, as a file.
//!
//! Choices name threads, stores and positions by their numbers within a thread, so that they still
//! mean something when some of them are left out: this is how a failing run is shrunk. What is left
//! out is chosen as on a sequentially consistent machine.
//!
//! The crate does no I/O: whoever records gives it somewhere to write.
#![forbid(unsafe_code)]

mod choices;
mod error;
mod file;
mod recorder;
mod replay;

pub use choices::{Choices, Deviation, Turn, What};
pub use error::Error;
pub use file::{Schedule, VERSION};
pub use recorder::Recorder;
pub use replay::Replay;
