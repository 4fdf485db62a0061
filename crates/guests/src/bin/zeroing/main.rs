//! One thread zeroes, replaces, protects, moves and discards shared memory, and others check its
//! contents. They take turns, so the right contents are known.
//!
//! `memset` does the zeroing, with a special instruction if there is one (`dc zva`, `dcbz`).
//!
//! `zeroing [--rounds N]` prints one line. Exit status: 0, all contents were right; 1, some were
//! wrong; 2, wrong usage.

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
