//! Sampling for the benchmarks of `benches/`: sides measured in turns, and their quantiles.
//!
//! In: the sides of a comparison, as closures. Out: a [`sample::Sample`] for each. Never knows: what
//! is measured.
//!
//! The machine is shared, and its speed changes from second to second. So two figures are compared
//! only if one run measured both in turns ([`sample::in_turns`]), and the result is their ratio. No
//! test depends on a figure.

#![forbid(unsafe_code)]

pub mod sample;
