//! The error of this crate: why a schedule is refused.

/// Why a schedule is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The first line is not that of a schedule.
    #[error("it is not a schedule: the first line is not `overtake schedule VERSION`")]
    NotASchedule,
    /// Another version of the format.
    #[error("it is a schedule of version {found}; this overtake reads version {known}")]
    Version {
        /// Its version.
        found: String,
        /// The version that can be read.
        known: u32,
    },
    /// The last line is missing.
    #[error("it is truncated: the last line is not `end …`")]
    Truncated,
    /// The checksum does not match the text.
    #[error("it is damaged: the checksum in its last line does not match its text")]
    Checksum,
    /// A malformed line.
    #[error("line {line} is malformed: `{text}`")]
    Line {
        /// From 1.
        line: usize,
        /// Its text.
        text: String,
    },
}
