//! The parts of an instruction, and the letters of its words.

/// A part of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// A label of the same processor.
    Label(String),
    /// The operand for a location, and how many bytes into it.
    Location(String, i128),
}

/// Whether a word may start with this.
pub const fn is_start(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '.')
}

/// Whether a word may go on with this.
pub const fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.')
}
