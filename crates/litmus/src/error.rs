//! The error of this crate: what is wrong with a test, and in which line.

use std::fmt;

/// Why a test is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The line of the file, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Error {
    /// An error in this line.
    pub fn new(line: usize, message: impl Into<String>) -> Self {
        // Messages quote tests, which may contain anything.
        let mut shown = String::new();
        for c in message.into().chars() {
            if c.is_control() {
                shown.extend(c.escape_default());
            } else {
                shown.push(c);
            }
        }
        Error {
            line,
            message: shown,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for Error {}
