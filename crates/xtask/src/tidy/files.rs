//! Reading of folders and files for the rules.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Returns the names of the folders under `crates/`, sorted.
pub(super) fn crates(root: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in entries(&root.join("crates"))? {
        if entry.join("Cargo.toml").is_file() {
            let name = entry.file_name().unwrap_or_default();
            names.push(name.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// Returns the entries of a folder, sorted.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        paths.push(entry.map_err(Error::io(folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Returns the text of the file `path` under `root`.
pub(super) fn read(root: &Path, path: &Path) -> Result<String, Error> {
    let file = root.join(path);
    fs::read_to_string(&file).map_err(Error::io(&file))
}
