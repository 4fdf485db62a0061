//! What a page of evidence is made of.

use crate::Story;

/// A page. Parts that are empty are left out, with their headings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its title and main heading.
    pub title: String,
    /// What it is about, a paragraph each.
    pub lead: Vec<String>,
    /// Results at a glance.
    pub table: Option<Table>,
    /// What is known of each variant.
    pub evidence: Vec<Evidence>,
    /// What the stories are called; one without a name is called by its shape and target.
    pub names: Vec<String>,
    /// Runs that failed, and why.
    pub stories: Vec<Story>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The heads of the columns, that of the rows' names too.
    pub head: Vec<String>,
    /// The rows; the first cell is the name of the row.
    pub rows: Vec<Vec<Cell>>,
}

/// A short text, and how it is to be taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// What is written; it must be clear without colour. It may have several lines.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

impl Cell {
    /// A text with a tone.
    #[must_use]
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        let text = text.into();
        Cell { text, tone }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Cell::new(text, Tone::Plain)
    }
}

/// How a text is to be taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// All is well.
    Good,
    /// Something is wrong.
    Bad,
    /// Worth a thought.
    Note,
}

/// Four pieces of evidence for a variant: its source, its machine code, what a model says of it,
/// and what it did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Its name: `relaxed-tail`.
    pub variant: String,
    /// What it is, in a few words; may be empty.
    pub summary: String,
    /// The lines that order it.
    pub source: Vec<Source>,
    /// What a compiler made of them.
    pub machine_code: Vec<MachineCode>,
    /// Whether the architecture allows the stale read.
    pub verdict: Table,
    /// Whether it was seen.
    pub run: Table,
}

/// A line of source with its ordering.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// Where: `crates/aio-ring/src/orderings.rs:69`.
    pub at: String,
    /// The code.
    pub code: String,
    /// What it orders, and what it pairs with.
    pub why: String,
}

/// Machine code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineCode {
    /// Its target and what else there is to say of it: `aarch64, writer`.
    pub target: String,
    /// Its assembly, an instruction a line.
    pub assembly: String,
}
