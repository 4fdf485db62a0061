//! The command that runs a test.

use std::process::{Command, Stdio};

use crate::options::Options;
use crate::program::Binary;

/// `overtake run … -- BINARY`, with a watchdog for the case that its own time limit does nothing.
pub fn overtake(options: &Options, binary: &Binary, model: &str, seed: u64) -> Command {
    let mut command = Command::new("timeout");
    command
        .args(["-s", "KILL", &(options.limit + 20).to_string()])
        .arg(&options.overtake)
        .args(["run", "--format", "json", "--budget", "0"])
        .args(["--model", model, "--target", &binary.target])
        .args(["--seed", &seed.to_string()])
        .args(["--timeout", &options.limit.to_string()])
        .args(&options.options)
        .arg("--")
        .arg(&binary.path)
        .stdin(Stdio::null());
    command
}
