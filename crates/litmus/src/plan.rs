//! The text that tells a guest how to run a test, and the text that it answers: lines of words.
//!
//! A plan is read by the guest `litmus`:
//!
//! ```text
//! iterations 1000
//! location 4 0              size in bytes, and the initial value
//! location 8 &0             … the address of location 0
//! processor 64 1 &0 7 final 2
//! ```
//!
//! The words of a processor are: the offset of its function in the code, the number of scratch
//! words that the function needs, its inputs, and the number of its results. The function's
//! argument is the address of a block of words: inputs, results, scratch words. Location `i` of an
//! iteration is [`STRIDE`] times `i` bytes after location 0.
//!
//! The answer has a line for each final state: how often it was reached, the results of the
//! processors in order, then the contents of the locations. Each is a hexadecimal number or, if it
//! is the address of a location, `&` and the index of that location.

use crate::abi::Register;
use crate::state::Place;
use crate::test::{Processor, Test};
use crate::value::Value;

/// Bytes from one location to the next.
pub const STRIDE: usize = 64;

/// A word of a guest's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw {
    /// Its bits.
    Number(u64),
    /// The address of the location with this index.
    Address(usize),
}

impl Raw {
    /// Parses a word of the answer.
    pub fn parse(word: &str) -> Option<Self> {
        match word.strip_prefix('&') {
            Some(index) => index.parse().ok().map(Raw::Address),
            None => u64::from_str_radix(word, 16).ok().map(Raw::Number),
        }
    }
}

/// The layout of a processor's block, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// The inputs: a register of the test, or none for the address of the locations; and the value.
    pub inputs: Vec<(Option<Register>, Value)>,
    /// The registers that it returns.
    pub results: Vec<Register>,
    /// The preserved registers that it saves.
    pub own: Vec<Register>,
}

impl Test {
    /// The plan of this test; `entries` are the offsets of the processors' functions.
    ///
    /// # Errors
    ///
    /// See [`Test::assembly`].
    pub fn plan(&self, entries: &[usize], iterations: u64) -> Result<String, crate::Error> {
        let mut text = format!("iterations {iterations}\n");
        for location in &self.locations {
            let (bytes, value) = (location.kind.bytes(), self.word(&location.value));
            text += &format!("location {bytes} {value}\n");
        }
        for (index, entry) in (0..self.processors.len()).zip(entries) {
            let block = self.block(index)?;
            text += &format!("processor {entry} {}", block.own.len());
            for (_, value) in &block.inputs {
                text += &format!(" {}", self.word(value));
            }
            text += &format!(" final {}\n", block.results.len());
        }
        Ok(text)
    }

    /// The values of the observables, in order, from the words of an answer.
    pub fn observed(&self, words: &[Raw]) -> Option<Vec<Raw>> {
        let results: Vec<_> = (0..self.processors.len())
            .flat_map(|index| self.results(index).map(move |register| (index, register)))
            .collect();
        if words.len() != results.len() + self.locations.len() {
            return None;
        }
        let one = |place: &Place| match *place {
            Place::Register(processor, register) => results
                .iter()
                .position(|result| *result == (processor, register)),
            Place::Location(index) => Some(results.len() + index),
        };
        self.observables
            .iter()
            .map(|observable| words.get(one(&observable.place)?).copied())
            .collect()
    }

    /// The observed registers of a processor.
    pub(crate) fn results(&self, processor: usize) -> impl Iterator<Item = Register> {
        self.observables
            .iter()
            .filter_map(move |observable| match observable.place {
                Place::Register(of, register) if of == processor => Some(register),
                _ => None,
            })
    }

    fn word(&self, value: &Value) -> String {
        match value {
            Value::Number(number) => format!("{:x}", *number as u64),
            Value::Address(name) => format!("&{}", self.location(name).unwrap_or_default()),
        }
    }
}

impl Processor {
    /// The initial value of a register.
    pub(crate) fn initial(&self, register: Register) -> Option<&Value> {
        self.registers
            .iter()
            .find(|initial| initial.register == register)
            .map(|initial| &initial.value)
    }
}
