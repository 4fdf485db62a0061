//! Parses command lines with few instructions, because every instruction is emulated.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::process::ExitCode;

use lexopt::ValueExt as _;

/// The exit status if the program saw something wrong.
pub const EXIT_WRONG: u8 = 1;

/// The exit status if the command line is wrong.
pub const EXIT_USAGE: u8 = 2;

/// Prints in one line what is wrong with the command line.
pub fn usage_error(program: &str, error: &dyn Display) -> ExitCode {
    eprintln!("{program}: {error}");
    ExitCode::from(EXIT_USAGE)
}

/// Returns the error for an unexpected argument, with what was expected.
pub fn unexpected(argument: lexopt::Arg<'_>, expected: &str) -> lexopt::Error {
    format!("{}: expected {expected}", argument.unexpected()).into()
}

/// Reads the option's value, a number in this range.
pub fn number(
    parser: &mut lexopt::Parser,
    option: &str,
    range: RangeInclusive<u64>,
) -> Result<u64, lexopt::Error> {
    let value = parser.value()?.string()?;
    match value.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => {
            let (first, last) = range.into_inner();
            Err(format!("{option} {value}: give a number from {first} to {last}").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> Result<u64, String> {
        let mut parser = lexopt::Parser::from_args(["--n", value]);
        parser.next().unwrap();
        number(&mut parser, "--n", 2..=9).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers() {
        assert_eq!(parse("2"), Ok(2));
        assert_eq!(parse("9"), Ok(9));
        for wrong in ["1", "10", "", "-2", "two", "99999999999999999999"] {
            assert_eq!(
                parse(wrong),
                Err(format!("--n {wrong}: give a number from 2 to 9"))
            );
        }
    }
}
