//! A litmus test, parsed and checked.

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
    /// The observables.
    pub observables: Vec<Observable>,
    /// The condition on the final states.
    pub condition: Condition,
    /// If given, only final states in which it holds count.
    pub filter: Option<Proposition>,
}

/// A shared location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Its initial value.
    pub value: Value,
}

/// A processor: its initial registers and its instructions.
#[derive(Debug, Clone, Default)]
pub struct Processor {
    /// Registers with an initial value or a type.
    pub registers: Vec<Initial>,
    /// Its instructions.
    pub(crate) body: Vec<Statement>,
}

/// An entry of the initial state about a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initial {
    /// The register.
    pub register: Register,
    /// Its initial value.
    pub value: Value,
    /// Its type, if given.
    pub kind: Option<Type>,
}

impl Test {
    /// The index of a location.
    pub fn location(&self, name: &str) -> Option<usize> {
        self.locations
            .iter()
            .position(|location| location.name == name)
    }

    /// The index of a location. A missing one is added: an `int` that is 0.
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

    /// The line of the first instruction that contains this word.
    pub fn line_of_word(&self, word: &str) -> Option<usize> {
        let statements = self.processors.iter().flat_map(|one| &one.body);
        statements
            .filter(|statement| statement.mentions(word))
            .map(|statement| statement.line)
            .min()
    }
}
