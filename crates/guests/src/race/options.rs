//! The options of the race.

use aio_ring_buggy::Variant;
use lexopt::{Arg, Parser, ValueExt as _};

use crate::args::{number, unexpected};

/// The options of the race.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The variant of the ring.
    pub variant: Variant,
    /// The number of events.
    pub events: u64,
    /// The number of slots of the ring.
    pub slots: u32,
    /// End at the first stale event, and tell overtake the names of the ring's fields.
    pub until_stale: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            variant: Variant::Release,
            events: 2000,
            slots: 8,
            until_stale: false,
        }
    }
}

impl Options {
    /// The events' numbers must fit into an `i64` too.
    const MAX_EVENTS: u64 = i64::MAX as u64;
    /// The slots take 32 MiB.
    const MAX_SLOTS: u64 = 1 << 20;

    /// Reads the command line.
    ///
    /// # Errors
    ///
    /// The command line is wrong. The error says in one line what is allowed.
    pub fn parse(mut parser: Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("variant") => {
                    let name = parser.value()?.string()?;
                    options.variant = name
                        .parse()
                        .map_err(|error| format!("--variant {name}: {error}"))?;
                }
                Arg::Long("events") => {
                    options.events = number(&mut parser, "--events", 1..=Self::MAX_EVENTS)?;
                }
                Arg::Long("slots") => {
                    options.slots = number(&mut parser, "--slots", 2..=Self::MAX_SLOTS)?
                        .try_into()
                        .expect("the range ends before u32 does");
                }
                Arg::Long("until-stale") => options.until_stale = true,
                other => {
                    let allowed = "--variant NAME, --events N, --slots N, --until-stale";
                    return Err(unexpected(other, allowed));
                }
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(Parser::from_args(line.split_whitespace()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn defaults() {
        assert_eq!(
            parse(""),
            Ok(Options {
                variant: Variant::Release,
                events: 2000,
                slots: 8,
                until_stale: false
            })
        );
    }

    #[test]
    fn all_given() {
        assert_eq!(
            parse("--variant relaxed-tail --events=5 --slots 2 --until-stale"),
            Ok(Options {
                variant: Variant::RelaxedTail,
                events: 5,
                slots: 2,
                until_stale: true
            })
        );
    }

    #[test]
    fn wrong() {
        for (line, error) in [
            (
                "--variant relaxed",
                "--variant relaxed: unknown variant: \
                 take one of release, wmb, relaxed-tail, barrier-only, relaxed-reader, \
                 relaxed-head, barrier-only-reader",
            ),
            (
                "--events 0",
                "--events 0: give a number from 1 to 9223372036854775807",
            ),
            ("--slots 1", "--slots 1: give a number from 2 to 1048576"),
            (
                "--seed 1",
                "invalid option '--seed': expected --variant NAME, --events N, --slots N, \
                 --until-stale",
            ),
            (
                "release",
                "unexpected argument \"release\": expected --variant NAME, --events N, --slots N, \
                 --until-stale",
            ),
        ] {
            assert_eq!(parse(line), Err(error.into()), "{line}");
        }
    }
}
