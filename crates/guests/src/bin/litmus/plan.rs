//! The plan of a test: which functions to run, with which inputs, on which locations.

use std::fmt;
use std::str::SplitWhitespace;

/// The plan of a test.
#[derive(Debug, Default)]
pub struct Plan {
    /// The number of iterations.
    pub iterations: usize,
    /// The locations of an iteration.
    pub locations: Vec<Location>,
    /// The processors.
    pub processors: Vec<Processor>,
}

/// A location.
#[derive(Debug)]
pub struct Location {
    /// The size in bytes.
    pub bytes: usize,
    /// The initial value.
    pub value: Word,
}

/// A processor.
#[derive(Debug)]
pub struct Processor {
    /// The offset of its function in the code, in bytes.
    pub entry: usize,
    /// The number of words that the function uses as scratch space.
    pub own: usize,
    /// The words that the function takes.
    pub inputs: Vec<Word>,
    /// The number of words that the function returns.
    pub results: usize,
}

/// A number, or the address of a location of the same iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// A number.
    Number(u64),
    /// The address of the location with this number.
    Address(usize),
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Word::Number(number) => write!(f, "{number:x}"),
            Word::Address(index) => write!(f, "&{index}"),
        }
    }
}

impl Processor {
    /// Returns the number of words of its block.
    pub fn block(&self) -> usize {
        (self.inputs.len() + self.results + self.own).max(1)
    }
}

impl Plan {
    /// Reads a plan.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut plan = Plan::default();
        for line in text.lines() {
            plan.line(line)
                .ok_or_else(|| format!("`{line}` is no line of a plan"))?;
        }
        let addresses = plan
            .processors
            .iter()
            .flat_map(|processor| processor.inputs.iter().copied())
            .chain(plan.locations.iter().map(|location| location.value));
        for word in addresses {
            if let Word::Address(index) = word
                && index >= plan.locations.len()
            {
                return Err(format!("there is no location {index}"));
            }
        }
        if plan.processors.is_empty() {
            return Err("there is no processor".to_owned());
        }
        Ok(plan)
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_whitespace();
        match words.next()? {
            "iterations" => {
                self.iterations = number(&mut words)?;
            }
            "location" => {
                let bytes = number(&mut words).filter(|bytes| [1, 2, 4, 8].contains(bytes))?;
                let value = word(words.next()?)?;
                self.locations.push(Location { bytes, value });
            }
            "processor" => {
                let (entry, own) = (number(&mut words)?, number(&mut words)?);
                let mut inputs = Vec::new();
                loop {
                    match words.next()? {
                        "final" => break,
                        input => inputs.push(word(input)?),
                    }
                }
                let results = number(&mut words)?;
                self.processors.push(Processor {
                    entry,
                    own,
                    inputs,
                    results,
                });
            }
            _ => return None,
        }
        words.next().is_none().then_some(())
    }
}

fn number(words: &mut SplitWhitespace<'_>) -> Option<usize> {
    // A `u32`, so that a sum of a few does not overflow.
    words
        .next()?
        .parse::<u32>()
        .ok()
        .and_then(|number| number.try_into().ok())
}

fn word(text: &str) -> Option<Word> {
    match text.strip_prefix('&') {
        Some(index) => index.parse().ok().map(Word::Address),
        None => u64::from_str_radix(text, 16).ok().map(Word::Number),
    }
}
