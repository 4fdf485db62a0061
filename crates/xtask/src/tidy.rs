//! `cargo xtask tidy`: rules that the compiler does not check.
//!
//! Each rule is a function from the workspace's root to its findings, in a module of its own.

mod circles;
mod code;
mod documents;
mod files;
mod finding;
mod licences;
mod source;

use std::path::Path;

pub use code::UNSAFE_CRATES;
pub use finding::Finding;
pub use licences::GPL_CRATES;

use crate::error::Error;

/// Prints the findings. Any finding is an error.
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

/// Returns the findings of every rule in the workspace at `root`, sorted.
pub fn findings(root: &Path) -> Result<Vec<Finding>, Error> {
    let crates = files::crates(root)?;
    let mut findings = documents::check(root, &crates)?;
    findings.extend(licences::check(root, &crates)?);
    findings.extend(code::check(root, &crates)?);
    findings.extend(circles::check(root, &crates)?);
    findings.sort();
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Creates a workspace in a temporary folder from files with their text.
    pub(super) fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let temp = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let file = temp.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        temp
    }

    /// Returns the findings as they are printed.
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
                "crates/a/src/lib.rs:1: `unsafe` in a crate that forbids it",
            ]
        );
        let error = run(temp.path()).unwrap_err();
        assert_eq!(
            (error.exit_code(), error.to_string()),
            (1, "tidy: 5 findings".to_owned())
        );
    }
}
