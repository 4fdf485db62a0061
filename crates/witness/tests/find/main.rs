//! Cycles in runs that are written by hand, and in random ones.

mod barriers;
mod choice;
mod properties;
mod run;
mod shapes;
mod values;
