//! The error of asking for an I/O thread that there is not.

use std::{fmt, io};

/// There is no I/O thread, because it could not be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absent;

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the plugin's I/O thread could not be started")
    }
}

impl From<Absent> for io::Error {
    fn from(absent: Absent) -> Self {
        io::Error::other(absent.to_string())
    }
}
