//! What a program says of itself: one line.

use std::fmt::{Debug, Display};
use std::process::ExitCode;

use crate::args::EXIT_WRONG;

/// Is it what it should be?
///
/// # Errors
///
/// It is not; the error says what it is.
pub fn equal<T: PartialEq + Debug>(what: &str, got: T, expected: T) -> Result<(), String> {
    if got == expected {
        Ok(())
    } else {
        Err(format!("{what}: {got:?} instead of {expected:?}"))
    }
}

/// Prints that the program is fine, on stdout, or what is wrong, on stderr.
pub fn conclude(program: &dyn Display, result: Result<String, String>) -> ExitCode {
    match result {
        Ok(seen) => {
            println!("{program}: ok {seen}");
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            eprintln!("{program}: wrong: {wrong}");
            ExitCode::from(EXIT_WRONG)
        }
    }
}
