//! Runs the scripts of `ci/` where something is missing or fails: each must handle it or print a clear message.
//!
//! The scripts are the real ones. `docker`, `cross`, `rustup` and the like are stand-ins, because a test cannot
//! break the real ones.

mod cross;
mod docker;
mod machine;
mod run;
