//! Shared memory that is zeroed, replaced, protected, moved and given back by one thread, while
//! others look at it: always in turn, so that what they must find there is known.
//!
//! Zeroing is done by `memset`, which takes an instruction for it where there is one (`dc zva`,
//! `dcbz`).
//!
//! `zeroing [--rounds N]` prints one line. Exit status: 0, all contents were right; 1, some were
//! not; 2, wrong usage.

mod mapping;
mod steps;

use std::process::ExitCode;

use lexopt::{Arg, Parser};
use overtake_guests::args::{number, unexpected, usage_error};
use overtake_guests::check::conclude;
use overtake_guests::fastbins;

fn rounds(mut parser: Parser) -> Result<u64, lexopt::Error> {
    let mut rounds = 2;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("rounds") => rounds = number(&mut parser, "--rounds", 1..=1000)?,
            other => return Err(unexpected(other, "--rounds N")),
        }
    }
    Ok(rounds)
}

fn main() -> ExitCode {
    fastbins::avoid();
    match rounds(Parser::from_env()) {
        Ok(rounds) => conclude(&"zeroing", steps::run(rounds)),
        Err(error) => usage_error("zeroing", &error),
    }
}
