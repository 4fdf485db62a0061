//! What the command `overtake` does, a module for each of its commands, and for each property that it
//! has with every guest.
//!
//! One program: it is linked once, and its tests fill all cores. (`sweep` makes its list of tests at run
//! time, which takes a program of its own.)

mod audit;
mod conformance;
mod dependencies;
mod doctor;
mod errors;
mod explain;
mod forkserver;
mod generate;
mod guests;
mod help;
mod install;
mod litmus;
mod machine_code;
mod matrix;
mod merge;
mod race;
mod readme;
mod repeatable;
mod replay;
mod report;
mod run;
#[path = "../support/mod.rs"]
mod support;
mod window;
