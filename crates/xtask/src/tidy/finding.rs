//! The violation of a rule, with its location.

use std::fmt;
use std::path::{Path, PathBuf};

/// The violation of a rule, with its location.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The path of the file, relative to the workspace's root.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The description of the violation.
    pub message: String,
}

impl Finding {
    /// Creates a finding in the file `path`, which is relative to the workspace's root.
    pub(super) fn new(path: &Path, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, line) = (self.path.display(), self.line);
        write!(f, "{path}:{line}: {}", self.message)
    }
}
