//! The pieces of an instruction, and which characters its words have.

/// A part of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text for the assembler.
    Text(String),
    /// A label of the same processor.
    Label(String),
    /// A location as an operand, and an offset into it in bytes.
    Location(String, i128),
}

/// Whether a word may start with this.
pub const fn is_start(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '.')
}

/// Whether a word may contain this.
pub const fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.')
}
