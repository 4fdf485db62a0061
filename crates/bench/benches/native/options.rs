//! The command line.

use lexopt::prelude::*;

/// The text of `--help`.
pub const HELP: &str = "\
Measures how long an event takes through the ring alone, natively, from one core to another

Usage: cargo bench -p overtake-bench --bench native -- [OPTIONS]

Options:
      --quick          Fewer events and rounds: to see that it works, not for figures
      --rounds N       How often each side is measured [default: 31]
      --events N       How many events pass in a round [default: 1000000]
      --format FORMAT  text or json [default: text]
  -h, --help           Print this
";

/// What to do.
#[derive(Debug)]
pub enum Request {
    /// Print the help.
    Help,
    /// Measure.
    Measure(Options),
}

/// How to measure.
#[derive(Debug)]
pub struct Options {
    /// How often each side is measured.
    pub rounds: usize,
    /// How many events pass in a round.
    pub events: u64,
    /// Print JSON.
    pub json: bool,
}

/// Parses the command line.
pub fn parse() -> Result<Request, lexopt::Error> {
    let (mut quick, mut rounds, mut events, mut json) = (false, None, None, false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Help),
            Long("quick") => quick = true,
            Long("rounds") => rounds = Some(count(&mut parser, "--rounds", 1_000)?),
            Long("events") => events = Some(count(&mut parser, "--events", 1_000_000_000)?),
            Long("format") => json = is_json(&mut parser)?,
            // `cargo bench` adds it.
            Long("bench") => {}
            other => return Err(other.unexpected()),
        }
    }
    Ok(Request::Measure(Options {
        rounds: rounds.unwrap_or(if quick { 3 } else { 31 }) as usize,
        events: events.unwrap_or(if quick { 50_000 } else { 1_000_000 }),
        json,
    }))
}

fn count(parser: &mut lexopt::Parser, name: &str, most: u64) -> Result<u64, lexopt::Error> {
    let number = parser.value()?.parse()?;
    if (1..=most).contains(&number) {
        return Ok(number);
    }
    Err(format!("{name} is {number}: give 1 to {most}").into())
}

fn is_json(parser: &mut lexopt::Parser) -> Result<bool, lexopt::Error> {
    let format = parser.value()?.string()?;
    match format.as_str() {
        "json" => Ok(true),
        "text" => Ok(false),
        _ => Err(format!("no format is called `{format}`: give text or json").into()),
    }
}
