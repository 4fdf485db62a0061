//! A program of tests.

use std::path::PathBuf;

/// A program of tests.
pub struct Binary {
    pub suite: String,
    pub target: String,
    pub name: String,
    pub path: PathBuf,
}
