//! The error of this crate: what is wrong with a test, and where.

use std::fmt;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1; `None` for the whole line.
    pub column: Option<usize>,
}

impl From<usize> for Position {
    fn from(line: usize) -> Self {
        Position { line, column: None }
    }
}

/// As compilers write it: `3:14`.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.line)?;
        match self.column {
            Some(column) => write!(f, ":{column}"),
            None => Ok(()),
        }
    }
}

/// Why a test is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where.
    pub position: Position,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Error {
    /// An error in this place.
    pub fn new(position: impl Into<Position>, message: impl Into<String>) -> Self {
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
            position: position.into(),
            message: shown,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.position.line)?;
        if let Some(column) = self.position.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for Error {}
