//! The form of a line or a list, for people or for programs.

use clap::ValueEnum;

/// Form of the line that says what was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// One line for people.
    Text,
    /// One line of JSON.
    Json,
}
