//! Runs a series of litmus tests, and computes the exit status.

use litmus_runner::error::Error as LitmusError;
use litmus_runner::runner::Runner;
use litmus_runner::tally::Conformance;
use litmus_runner::task::{Done, Task};

use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::exit_status::of_litmus;
use crate::message;
use crate::progress::bar;

/// Runs all tests, with a progress bar.
pub fn results(
    runner: &Runner<'_>,
    tasks: Vec<Task>,
) -> Result<Vec<Result<Done, LitmusError>>, Error> {
    let batch = runner.prepare(tasks)?;
    let progress = bar(batch.runs(), "runs");
    let results = batch.run(|| progress.inc(1));
    progress.finish_and_clear();
    Ok(results?)
}

/// Reports the tests that could not run; returns the exit status.
pub fn status(conformance: &Conformance, results: &[Result<Done, LitmusError>]) -> u8 {
    for error in results.iter().filter_map(|result| result.as_ref().err()) {
        message::error(error);
    }
    if !conformance.conforms() {
        return ExitCode::Forbidden.code();
    }
    let first = results.iter().find_map(|result| result.as_ref().err());
    first.map_or(0, of_litmus)
}
