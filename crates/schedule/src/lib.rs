//! Records and replays schedules: the free choices of a run.
//!
//! In: a [`weakmem::Strategy`] to record, or the text of a schedule. Out: the recorded choices as
//! text, a strategy that makes them again, and one that makes only choices of one kind. Never knows: what a choice does to memory; it does no
//! I/O, the caller of [`Recorder`] gives it a writer.
//!
//! A run is determined by the choices of its strategy: which thread runs, how long a store stays
//! pending, how long a visible write stays unseen by a thread or (on Power) has not arrived at it, which store-conditional fails
//! spuriously. [`Recorder`] writes them down as [`Choices`]; [`Replay`] makes them again. A
//! [`Schedule`] is a file of choices and the run that they belong to.
//!
//! Choices name threads, stores and positions by numbers within a thread. So they keep their meaning
//! when others are removed, which is how a failing schedule is minimised. Removed choices are made
//! as a sequentially consistent machine with a fair scheduler would.
#![forbid(unsafe_code)]

mod choices;
mod early;
mod error;
mod file;
mod only;
mod recorder;
mod replay;

pub use choices::{Choices, Deviation, Turn, What};
pub use error::Error;
pub use file::{Schedule, VERSION};
pub use only::{Kind, Only};
pub use recorder::Recorder;
pub use replay::Replay;
