//! Temporary files and folders of one run.

use std::fs::File;
use std::io::{Read, Seek};

use tempfile::TempDir;

use crate::error::Error;

/// A folder that is removed when it is dropped.
pub fn folder() -> Result<TempDir, Error> {
    tempfile::Builder::new()
        .prefix("overtake-")
        .tempdir()
        .map_err(Error::temporary)
}

/// A file without a name, for a guest's output.
pub fn file() -> Result<File, Error> {
    tempfile::tempfile().map_err(Error::temporary)
}

/// Everything that was written to the file, as far as it can be read.
pub fn text(mut file: &File) -> String {
    let mut bytes = Vec::new();
    // The guest that wrote it has ended, so nobody else moves the position.
    let _ = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}
