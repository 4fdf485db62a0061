//! The plan of a test: what to run, on what.

use std::fmt;
use std::str::SplitWhitespace;

/// What to run, on what.
#[derive(Debug, Default)]
pub struct Plan {
    /// How often.
    pub iterations: usize,
    /// The locations of an iteration.
    pub locations: Vec<Location>,
    /// The processors.
    pub processors: Vec<Processor>,
}

/// A location.
#[derive(Debug)]
pub struct Location {
    /// How many bytes it has.
    pub bytes: usize,
    /// What it holds at first.
    pub value: Word,
}

/// A processor.
#[derive(Debug)]
pub struct Processor {
    /// Where its function is in the code.
    pub entry: usize,
    /// How many words the function wants for itself.
    pub own: usize,
    /// What it gets.
    pub inputs: Vec<Word>,
    /// How many words it gives back.
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
    /// How many words its block has.
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
    // So that sums of a few do not overflow.
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
