//! The ring's race of 2003: `complete` against `read_evt`.
//!
//! `aio-ring-race [--variant NAME] [--events N] [--slots N] [--until-stale]` prints one line of
//! JSON. Exit status: 0, no event was stale; 1, at least one was stale; 2, wrong usage.

use std::process::ExitCode;

use overtake_guests::args::{EXIT_WRONG, usage_error};
use overtake_guests::fastbins;
use overtake_guests::race::{self, Options};

fn main() -> ExitCode {
    fastbins::avoid();
    let options = match Options::parse(lexopt::Parser::from_env()) {
        Ok(options) => options,
        Err(error) => return usage_error("aio-ring-race", &error),
    };
    let report = race::run(&options);
    report.print();
    if report.stale_events == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_WRONG)
    }
}
