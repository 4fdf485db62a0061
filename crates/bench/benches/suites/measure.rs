//! Runs a test on both sides, and measures it.

use std::fs;
use std::io::Write;
use std::time::Instant;

use serde_json::{Value, json};

use crate::command::overtake;
use crate::options::Options;
use crate::program::Binary;
use crate::result::Result;
use crate::row::{Outcome, Row, Run, SIDES};

/// overtake's exit code where its time limit was reached.
const TIMED_OUT: i32 = 81;

/// How much of a failed run's output is kept.
const KEPT: usize = 3000;

/// Runs a test with each seed, on both sides in turns.
pub fn measured(
    options: &Options,
    binary: &Binary,
    test: &str,
    output: &mut impl Write,
) -> Result<Row> {
    let mut row = Row::default();
    for seed in options.first_seed..options.first_seed + options.seeds {
        for (side, model) in SIDES.iter().enumerate() {
            let run = run(options, binary, test, model, seed)?;
            let mut line = json!({
                "suite": binary.suite,
                "target": binary.target,
                "binary": binary.name,
                "test": test,
                "model": model,
                "seed": seed,
                "outcome": run.outcome.name(),
                "exit_status": run.exit_status,
                "seconds": run.seconds,
                "cpu_seconds": run.cpu_seconds,
                "tested": run.tested,
            });
            if run.outcome == Outcome::Failed {
                line["output"] = run.output.as_str().into();
            }
            writeln!(output, "{line}")?;
            output.flush()?;
            row.runs[side].push(run);
        }
        let enough = row.count(0, Outcome::Ignored) != 0
            || (row.count(0, Outcome::Endless) != 0 && !options.all_seeds);
        if enough {
            break;
        }
    }
    Ok(row)
}

fn run(options: &Options, binary: &Binary, test: &str, model: &str, seed: u64) -> Result<Run> {
    let (start, cpu_start) = (Instant::now(), cpu_seconds()?);
    let output = overtake(options, binary, model, seed)
        // One thread beside that of the test, which waits for it without a time-out.
        .args(["--exact", test, "--test-threads=1"])
        .output()?;
    let seconds = start.elapsed().as_secs_f64();
    let cpu_seconds = cpu_seconds()? - cpu_start;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let exit_status = output.status.code();
    let outcome = if exit_status == Some(TIMED_OUT) || exit_status.is_none() {
        Outcome::Endless
    } else if exit_status != Some(0) {
        Outcome::Failed
    } else if stdout.contains("1 passed;") {
        Outcome::Passed
    } else if stdout.contains("1 ignored;") {
        Outcome::Ignored
    } else {
        Outcome::Failed
    };
    let tested = stderr
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str::<Value>(line).ok())
        .map_or(Value::Null, |mut said| said["tested"].take());
    let said = format!("{stdout}{stderr}");
    let begin = (said.len().saturating_sub(KEPT)..said.len())
        .find(|&index| said.is_char_boundary(index))
        .unwrap_or(0);
    Ok(Run {
        outcome,
        seconds,
        cpu_seconds,
        exit_status,
        tested,
        output: said[begin..].to_owned(),
    })
}

/// What processors have spent on the processes that this one has started and that have ended.
fn cpu_seconds() -> Result<f64> {
    /// Of a second: what Linux counts in towards user space, on every architecture.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    // After the name, in brackets, come state, …; the children's times are the fields 16 and 17.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .map(str::parse::<u64>)
        .sum::<std::result::Result<u64, _>>()?;
    Ok(ticks as f64 / TICKS)
}
