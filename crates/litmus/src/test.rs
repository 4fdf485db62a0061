//! A litmus test, read and checked.

use crate::Arch;
use crate::abi::Register;
use crate::condition::{Condition, Proposition};
use crate::instruction::Statement;
use crate::state::Observable;
use crate::value::{Type, Value};

/// A litmus test.
#[derive(Debug, Clone)]
pub struct Test {
    /// The architecture it is written for.
    pub arch: Arch,
    /// Its name.
    pub name: String,
    /// The shared locations.
    pub locations: Vec<Location>,
    /// The processors, from P0.
    pub processors: Vec<Processor>,
    /// What is looked at in the end.
    pub observables: Vec<Observable>,
    /// What is asked of the final states.
    pub condition: Condition,
    /// Final states that do not count are those that are not of this kind.
    pub filter: Option<Proposition>,
}

/// A shared location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Type,
    /// What it holds at first.
    pub value: Value,
}

/// A processor: what its registers hold at first, and what it does.
#[derive(Debug, Clone, Default)]
pub struct Processor {
    /// Registers that hold something else than 0 at first, or whose type is said.
    pub registers: Vec<Initial>,
    /// What it does.
    pub(crate) body: Vec<Statement>,
}

/// A register of which the initial state says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initial {
    /// Which.
    pub register: Register,
    /// What it holds at first.
    pub value: Value,
    /// What it holds in the end, if that is said.
    pub kind: Option<Type>,
}

impl Test {
    /// The number of a location.
    pub fn location(&self, name: &str) -> Option<usize> {
        self.locations
            .iter()
            .position(|location| location.name == name)
    }

    /// The number of a location, which is made if there is none: an `int` that is 0.
    pub(crate) fn location_or_new(&mut self, name: &str) -> usize {
        self.location(name).unwrap_or_else(|| {
            self.locations.push(Location {
                name: name.to_owned(),
                kind: Type::INT,
                value: Value::Number(0),
            });
            self.locations.len() - 1
        })
    }

    /// The line of the first instruction that has this word in it.
    pub fn line_of_word(&self, word: &str) -> Option<usize> {
        let statements = self.processors.iter().flat_map(|one| &one.body);
        statements
            .filter(|statement| statement.mentions(word))
            .map(|statement| statement.line)
            .min()
    }
}
