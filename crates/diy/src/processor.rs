//! One processor of a test, and what its locations are called.

use crate::{Register, Step};

/// One processor of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processor {
    /// What it does.
    pub steps: Vec<Step>,
    /// The registers that hold addresses at the start, with the locations.
    pub addresses: Vec<(Register, usize)>,
    /// The instructions.
    pub code: Vec<String>,
}

/// What a location is called: x, y, z, then a, b, and so on.
#[must_use]
pub fn location_name(location: usize) -> String {
    let letters = ('x'..='z').chain('a'..='w');
    match letters.clone().nth(location) {
        Some(letter) => letter.to_string(),
        None => format!("l{location}"),
    }
}
