//! What a guest needs to know to run a test, and what it answers: lines of words.
//!
//! A plan is read by the guest `litmus`:
//!
//! ```text
//! iterations 1000
//! location 4 0              bytes, and the value at first
//! location 8 &0             … the address of location 0
//! processor 64 1 &0 7 final 2
//! ```
//!
//! A processor is the offset of its function in the code, the number of words that the function
//! wants for itself, the words that it gets, and how many words it gives back. Its argument is
//! the address of a block of words: first those that it gets, then those that it gives back, then
//! its own. Location `i` of an iteration is at [`STRIDE`] times `i` bytes from location 0.
//!
//! The answer is a line for each state: how often it was reached, the words that the processors
//! gave back, in order, then what the locations hold, each as a hexadecimal number or, where it
//! is the address of a location, as `&` with that location's number.

use crate::abi::Register;
use crate::state::Place;
use crate::test::{Processor, Test};
use crate::value::Value;

/// Bytes from one location to the next.
pub const STRIDE: usize = 64;

/// A word that a guest gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw {
    /// The bits of it.
    Number(u64),
    /// The address of the location with this number.
    Address(usize),
}

impl Raw {
    /// The word as a guest writes it.
    pub fn parse(word: &str) -> Option<Self> {
        match word.strip_prefix('&') {
            Some(index) => index.parse().ok().map(Raw::Address),
            None => u64::from_str_radix(word, 16).ok().map(Raw::Number),
        }
    }
}

/// How a processor's block is laid out, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// What it gets: the register, if it is for one of the test's, and the value.
    pub inputs: Vec<(Option<Register>, Value)>,
    /// What it gives back.
    pub results: Vec<Register>,
    /// What it keeps for itself.
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

    /// The state that a guest's words are, in the order of the observables.
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

    /// The registers of a processor that are looked at in the end.
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
    /// What a register holds at first.
    pub(crate) fn initial(&self, register: Register) -> Option<&Value> {
        self.registers
            .iter()
            .find(|initial| initial.register == register)
            .map(|initial| &initial.value)
    }
}
