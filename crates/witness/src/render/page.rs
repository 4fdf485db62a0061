//! The parts of a page of evidence.

use crate::Story;

/// A page. Parts that are empty are left out, with their headings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The title and main heading.
    pub title: String,
    /// The introduction, a string a paragraph.
    pub lead: Vec<String>,
    /// Results at a glance.
    pub table: Option<Table>,
    /// The evidence for each variant.
    pub evidence: Vec<Evidence>,
    /// The names of the stories; one without a name is named by its shape and target.
    pub names: Vec<String>,
    /// Runs that failed, and why.
    pub stories: Vec<Story>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The caption.
    pub caption: String,
    /// The heads of the columns, including the column of the rows' names.
    pub head: Vec<String>,
    /// The rows; the first cell is the name of the row.
    pub rows: Vec<Vec<Cell>>,
}

/// A short text with a tone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// The text. It must be clear without colour, and may have several lines.
    pub text: String,
    /// Decides its colour.
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

/// Whether a text is good or bad news.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither.
    #[default]
    Plain,
    /// Good news.
    Good,
    /// Bad news.
    Bad,
    /// Worth a look.
    Note,
}

/// Four pieces of evidence for a variant: its source, its machine code, the model's verdict, and the
/// emulated run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Its name: `relaxed-tail`.
    pub variant: String,
    /// A summary in a few words; may be empty.
    pub summary: String,
    /// The source lines with its orderings.
    pub source: Vec<Source>,
    /// What the compiler made of them.
    pub machine_code: Vec<MachineCode>,
    /// Whether the architecture allows the stale read.
    pub verdict: Table,
    /// Whether a stale read was seen.
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
    /// The target and side: `aarch64, writer`.
    pub target: String,
    /// Its assembly, an instruction a line.
    pub assembly: String,
}
