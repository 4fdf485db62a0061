//! Rust's standard library with four threads: locks, channels, sleeps, parking, a file and a pipe.
//! The results do not depend on the schedule.
//!
//! `std-mix` prints one line. Exit status: 0, all results are right; 1, one is wrong; 2, wrong
//! usage.

mod channels;
mod input_output;
mod locks;
mod once;
mod threads;
mod waiting;

use std::process::ExitCode;

use overtake_guests::args::usage_error;
use overtake_guests::check::conclude;
use overtake_guests::fastbins;

/// An exercise, which returns what it computed or what was wrong.
type Exercise = fn() -> Result<u64, String>;

const EXERCISES: &[(&str, Exercise)] = &[
    ("mutex", locks::mutex),
    ("rwlock", locks::rwlock),
    ("atomics", locks::atomics),
    ("condvar", waiting::condvar),
    ("park", waiting::park),
    ("sleep", waiting::sleep),
    ("channel", channels::channel),
    ("sync_channel", channels::sync_channel),
    ("once", once::once),
    ("file", input_output::file),
    ("pipe", input_output::pipe),
];

fn run() -> Result<String, String> {
    let mut line = Vec::new();
    for (name, exercise) in EXERCISES {
        let result = exercise().map_err(|wrong| format!("{name}: {wrong}"))?;
        line.push(format!("{name}={result}"));
    }
    Ok(line.join(" "))
}

fn main() -> ExitCode {
    fastbins::avoid();
    if std::env::args_os().len() > 1 {
        return usage_error("std-mix", &"it takes no arguments");
    }
    conclude(&"std-mix", run())
}
