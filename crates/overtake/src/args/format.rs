//! The output format of a line or a list: text or JSON.

use clap::ValueEnum;

/// Form of the line that says what was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// Text.
    Text,
    /// One line of JSON.
    Json,
}
