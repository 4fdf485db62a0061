//! What the benchmarks of `benches/` share: sides that are measured in turns, and what is said of
//! them.
//!
//! The machine is shared and its speed changes from second to second. So two figures are compared
//! only if they come from one run, whose sides were measured in turns ([`sample::in_turns`]), and
//! what is said is their ratio. No test rests on a figure.

#![forbid(unsafe_code)]

pub mod sample;
