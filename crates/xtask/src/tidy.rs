//! `cargo xtask tidy`: rules that the compiler does not check.
//!
//! Each rule is a function from the workspace's root to its findings, in a module of its own.

mod code;
mod documents;
mod licences;
mod source;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Crates in which `unsafe` may stand: the ring, the plugin and its exports, and the guests.
pub const UNSAFE_CRATES: [&str; 8] = [
    "aio-ring",
    "aio-ring-buggy",
    "empty-plugin",
    "guests",
    "overtake-mark",
    "overtake-plugin",
    "overtake-plugin-v1",
    "overtake-plugin-v2",
];

/// The crates that are linked with QEMU's interface, and so have QEMU's licence.
pub const GPL_CRATES: [&str; 4] = [
    "empty-plugin",
    "overtake-plugin",
    "overtake-plugin-v1",
    "overtake-plugin-v2",
];

/// A rule that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Relative to the workspace's root.
    pub path: PathBuf,
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Finding {
    fn new(path: &Path, line: usize, message: impl Into<String>) -> Self {
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

/// Prints every finding; one or more are an error.
pub fn run(root: &Path) -> Result<(), Error> {
    let findings = findings(root)?;
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        return Ok(());
    }
    Err(Error::Findings(findings.len()))
}

/// What every rule finds in the workspace at `root`, sorted.
pub fn findings(root: &Path) -> Result<Vec<Finding>, Error> {
    let crates = crates(root)?;
    let mut findings = documents::check(root, &crates)?;
    findings.extend(licences::check(root, &crates)?);
    findings.extend(code::check(root, &crates)?);
    findings.sort();
    Ok(findings)
}

/// The names of the folders under `crates/`, sorted.
fn crates(root: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in entries(&root.join("crates"))? {
        if entry.join("Cargo.toml").is_file() {
            let name = entry.file_name().unwrap_or_default();
            names.push(name.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// What is in a folder, sorted.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        paths.push(entry.map_err(Error::io(folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// The text of the file `path` under `root`.
fn read(root: &Path, path: &Path) -> Result<String, Error> {
    let file = root.join(path);
    fs::read_to_string(&file).map_err(Error::io(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace in a temporary folder: files with their text.
    pub(super) fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let temp = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let file = temp.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        temp
    }

    /// The findings as they are printed.
    pub(super) fn shown(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_clean_workspace_has_no_findings() {
        let temp = tree(&[
            (
                "Cargo.toml",
                "[workspace.package]\nlicense = \"MIT OR Apache-2.0\"\n",
            ),
            (
                "ARCHITECTURE.md",
                "| `crates/a` | x |\n| `crates/guests` | y |\n",
            ),
            ("README.md", "See `ARCHITECTURE.md`.\n"),
            (
                "crates/a/Cargo.toml",
                "[package]\nlicense.workspace = true\n",
            ),
            ("crates/a/src/lib.rs", "#![forbid(unsafe_code)]\n"),
            (
                "crates/guests/Cargo.toml",
                "[package]\nlicense.workspace = true\n",
            ),
            ("crates/guests/src/lib.rs", "unsafe fn f() {}\n"),
        ]);
        assert_eq!(shown(&findings(temp.path()).unwrap()), [""; 0]);
        assert!(run(temp.path()).is_ok());
    }

    #[test]
    fn findings_of_all_rules_are_counted() {
        let temp = tree(&[
            ("Cargo.toml", ""),
            ("ARCHITECTURE.md", ""),
            ("README.md", "`crates/gone`"),
            (
                "crates/a/Cargo.toml",
                "[package]\nlicense = \"GPL-2.0-or-later\"\n",
            ),
            ("crates/a/src/lib.rs", "fn f() { unsafe {} }\n"),
        ]);
        assert_eq!(
            shown(&findings(temp.path()).unwrap()),
            [
                "ARCHITECTURE.md:1: the table does not name the crate `crates/a`",
                "README.md:1: `crates/gone` does not exist",
                "crates/a/Cargo.toml:2: the licence is GPL-2.0-or-later, not MIT OR Apache-2.0",
                "crates/a/src/lib.rs:1: `#![forbid(unsafe_code)]` is missing",
                "crates/a/src/lib.rs:1: `unsafe` in a crate that must do without it",
            ]
        );
        let error = run(temp.path()).unwrap_err();
        assert_eq!(
            (error.exit_code(), error.to_string()),
            (1, "tidy: 5 findings".to_owned())
        );
    }
}
