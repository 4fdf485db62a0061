//! What can be wrong with a schedule.

/// Why a schedule is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is something else.
    #[error("it is no schedule: the first line is not `overtake schedule VERSION`")]
    NotASchedule,
    /// It is of another version.
    #[error("it is a schedule of version {found}; this overtake reads version {known}")]
    Version {
        /// Its version.
        found: String,
        /// What can be read.
        known: u32,
    },
    /// The end is missing.
    #[error("it is cut off: the last line is not `end …`")]
    CutOff,
    /// The text is not what was written.
    #[error("it is damaged: the checksum in its last line is not that of its text")]
    Checksum,
    /// A line cannot be understood.
    #[error("line {line}, `{text}`, cannot be understood")]
    Line {
        /// From 1.
        line: usize,
        /// What it says.
        text: String,
    },
}
