//! The scripts of `ci/` where something is missing or fails: each a clear message, or handled.
//!
//! The scripts are the real ones; `docker`, `cross`, `rustup` and the like are shell scripts in
//! their place, since the real ones are not to be broken for a test.

mod cross;
mod docker;
mod machine;
mod run;
