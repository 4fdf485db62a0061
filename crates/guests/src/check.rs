//! Checks, and the one line that a program prints.

use std::fmt::{Debug, Display};
use std::process::ExitCode;

use crate::args::{EXIT_WRONG, usage_error};

/// Checks that `got` is `expected`.
///
/// # Errors
///
/// They differ. The error names `what`, and both values.
pub fn equal<T: PartialEq + Debug>(what: &str, got: T, expected: T) -> Result<(), String> {
    if got == expected {
        Ok(())
    } else {
        Err(format!("{what}: {got:?} instead of {expected:?}"))
    }
}

/// Prints `ok` and what was seen on stdout, or what was wrong on stderr.
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

/// A mode of a program, which returns what it saw or what was wrong. Some modes never return.
pub type Mode = fn() -> Result<String, String>;

/// Runs the mode that the only argument names.
pub fn run_mode(program: &str, modes: &[(&str, Mode)]) -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let asked = arguments.next();
    let mode = modes
        .iter()
        .find(|(name, _)| Some(*name) == asked.as_deref());
    let (Some((name, mode)), None) = (mode, arguments.next()) else {
        let names: Vec<_> = modes.iter().map(|(name, _)| *name).collect();
        return usage_error(program, &format!("give one mode of {}", names.join(", ")));
    };
    conclude(&format!("{program} {name}"), mode())
}
