//! Runs the tests of other crates, as `ci/suites` has cross-built them, under `overtake run` and
//! under plain QEMU in turns, each test alone.
//!
//! A row is a test: with how many seeds it passed, the median of its times on either side, and
//! their ratio. The times are those of whole runs as a user starts them, with what both sides take
//! to start. Beside the time on the clock there is that of the processors: where other jobs run,
//! plain QEMU's threads wait for each other's time slices, and the clock tells little. Each run is a
//! line of JSON in a file too.

#![forbid(unsafe_code)]

mod command;
mod list;
mod measure;
mod options;
mod program;
mod result;
mod row;
mod table;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::process::ExitCode;

use crate::list::{binaries, tests};
use crate::measure::measured;
use crate::options::{Options, options};
use crate::result::Result;
use crate::row::Outcome;
use crate::table::{Sum, print};

fn main() -> ExitCode {
    match options().and_then(|options| compare(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("suites: {error}");
            ExitCode::from(64)
        }
    }
}

/// Whether each test passed with each seed.
fn compare(options: &Options) -> Result<bool> {
    let mut output = BufWriter::new(
        File::create(&options.output)
            .map_err(|error| format!("{}: {error}", options.output.display()))?,
    );
    println!(
        "{:<22} {:<8} {:<44} {:>6} {:>9} {:>8} {:>7} {:>9} {:>8} {:>7} {:>9} {:>9}",
        "suite",
        "target",
        "test",
        "passed",
        "overtake",
        "plain",
        "ratio",
        "CPU",
        "plain",
        "ratio",
        "accesses",
        "hand-offs"
    );
    let mut sums: BTreeMap<(String, String), Sum> = BTreeMap::new();
    for binary in binaries(options)? {
        for test in tests(options, &binary)? {
            let row = measured(options, &binary, &test, &mut output)?;
            if row.all(0, Outcome::Ignored) {
                continue;
            }
            print(&binary, &test, &row);
            sums.entry((binary.suite.clone(), binary.target.clone()))
                .or_default()
                .add(&row);
        }
    }
    println!();
    for ((suite, target), sum) in &sums {
        println!("{suite:<22} {target:<8} {}", sum.said());
    }
    Ok(sums.values().all(|sum| sum.passed == sum.tests))
}
