//! Reads results of `overtake matrix` from files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use emulator::error::Error as EmulatorError;
use serde_json::Value;

use crate::error::Error;
use crate::row::{Row, VERSION};

/// The files that were named, and those called `*.json` in the folders that were, sorted. Each
/// folder has at least one.
pub fn find(named: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            let mut found = Vec::new();
            walk(path, &mut found).map_err(|source| EmulatorError::FileSystem {
                what: format!("cannot read the folder `{}`", path.display()),
                source,
            })?;
            if found.is_empty() {
                return Err(Error::NoResults {
                    folder: path.clone(),
                });
            }
            found.sort();
            files.extend(found);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // A link could lead back up.
        if entry.file_type()?.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.push(path);
        }
    }
    Ok(())
}

/// The rows of a result; at least one.
pub fn read(file: &Path) -> Result<Vec<Row>, Error> {
    let refused = |message: String| Error::NotAResult {
        path: file.to_owned(),
        message,
    };
    let text = fs::read_to_string(file).map_err(|error| refused(error.to_string()))?;
    rows(&text).map_err(refused)
}

fn rows(text: &str) -> Result<Vec<Row>, String> {
    let values: Vec<Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if values.is_empty() {
        return Err("it contains no cells".to_owned());
    }
    values.into_iter().map(row).collect()
}

fn row(value: Value) -> Result<Row, String> {
    // First: what else there is may differ in every version.
    match value.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(version) => {
            return Err(format!(
                "it has version {version}, but this overtake reads version {VERSION}: merge it with the \
                 overtake that made it"
            ));
        }
        None => return Err("one of its cells has no version".to_owned()),
    }
    let row: Row = serde_json::from_value(value).map_err(|error| error.to_string())?;
    match row.flaw() {
        None => Ok(row),
        Some(flaw) => Err(format!("{}: {flaw}", row.cell())),
    }
}
