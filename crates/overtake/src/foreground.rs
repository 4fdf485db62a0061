//! A run that uses this program's input and output.

use std::env;
use std::io::{IsTerminal, stderr};
use std::time::Duration;

use diagnosis::setup::Setup;
use emulator::error::Error;
use emulator::interrupts::Interrupts;
use emulator::outcome::Outcome;
use emulator::process::run_in_foreground;

use crate::message::say;

/// Runs a setup with this program's input and output. The outer error means that it did not start.
pub fn run(setup: &Setup) -> Result<Result<Outcome, Error>, Error> {
    let interrupts = Interrupts::catch()?;
    let emulation = &setup.emulation;
    Ok(emulation.run(
        &setup.qemu,
        |command| setup.subject.prepare(&setup.guest, command),
        |command, limit| run_in_foreground(command, limit, interrupts, (long(), still_runs)),
        String::new,
    ))
}

/// How often a user is told that the guest still runs. Tests set another time, in seconds.
fn long() -> Duration {
    let set = env::var("OVERTAKE_TEST_STILL_RUNS").ok();
    Duration::from_secs(set.and_then(|it| it.parse().ok()).unwrap_or(30))
}

/// Tells who waits at a terminal that the guest still runs.
fn still_runs(time: Duration) {
    if stderr().is_terminal() {
        say(&format!(
            "the guest still runs after {} s (Ctrl-C ends it, --timeout limits it)",
            time.as_secs()
        ));
    }
}
