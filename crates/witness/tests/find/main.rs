//! Cycles in handwritten runs and in random ones.

mod barriers;
mod choice;
mod properties;
mod races;
mod run;
mod shapes;
mod values;
