//! Rule: each crate of the workspace has its required licence.
//!
//! Why not `cargo deny check licenses`: it checks the licences of dependencies, and takes minutes
//! to build on a bare machine. The question here is which of the project's own crates are linked
//! with QEMU and so need QEMU's licence, which no manifest says.

use std::path::Path;

use super::files::read;
use super::finding::Finding;
use crate::error::Error;

/// The crates that are linked with QEMU's interface, and so have QEMU's licence.
pub const GPL_CRATES: [&str; 4] = [
    "empty-plugin",
    "overtake-plugin",
    "overtake-plugin-v1",
    "overtake-plugin-v2",
];

const GPL: &str = "GPL-2.0-or-later";
const PERMISSIVE: &str = "MIT OR Apache-2.0";

pub(super) fn check(root: &Path, crates: &[String]) -> Result<Vec<Finding>, Error> {
    let workspace = read(root, Path::new("Cargo.toml"))?;
    let inherited = licence(&workspace, "[workspace.package]").map(|(_, value)| value);
    let mut findings = Vec::new();
    for name in crates {
        let expected = if GPL_CRATES.contains(&name.as_str()) {
            GPL
        } else {
            PERMISSIVE
        };
        let path = Path::new("crates").join(name).join("Cargo.toml");
        let (line, actual) = match licence(&read(root, &path)?, "[package]") {
            Some((line, Licence::Inherited)) => (line, inherited.clone()),
            Some((line, own)) => (line, Some(own)),
            None => (1, None),
        };
        let message = match actual {
            Some(Licence::Is(actual)) if actual == expected => continue,
            Some(Licence::Is(actual)) => format!("the licence is {actual}, not {expected}"),
            _ => format!("there is no licence; it must be {expected}"),
        };
        findings.push(Finding::new(&path, line, message));
    }
    Ok(findings)
}

/// The licence in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Licence {
    /// The licence of the workspace.
    Inherited,
    /// A licence of the crate's own.
    Is(String),
}

/// Returns the licence in one section of a manifest, and its line.
fn licence(manifest: &str, section: &str) -> Option<(usize, Licence)> {
    let mut inside = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            inside = line == section;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| inside) else {
            continue;
        };
        let licence = match key.trim() {
            "license" if value.contains("workspace") => Licence::Inherited,
            "license" => Licence::Is(value.trim().trim_matches('"').to_owned()),
            "license.workspace" => Licence::Inherited,
            _ => continue,
        };
        return Some((index + 1, licence));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::{shown, tree};
    use super::*;

    #[test]
    fn finds_wrong_licences() {
        let inherits = "[package]\nname = \"x\"\nlicense.workspace = true\n";
        let temp = tree(&[
            (
                "Cargo.toml",
                "[workspace.package]\nlicense = \"MIT OR Apache-2.0\"\n",
            ),
            ("crates/right/Cargo.toml", inherits),
            (
                "crates/inline/Cargo.toml",
                "[package]\nlicense = { workspace = true }\n",
            ),
            ("crates/overtake-plugin/Cargo.toml", inherits),
            (
                "crates/gpl/Cargo.toml",
                "[package]\nlicense = \"GPL-2.0-or-later\"\n",
            ),
            (
                "crates/none/Cargo.toml",
                "[package]\n[package.metadata]\nlicense = \"MIT\"\n",
            ),
        ]);
        let names = ["right", "inline", "overtake-plugin", "gpl", "none"].map(str::to_owned);
        assert_eq!(
            shown(&check(temp.path(), &names).unwrap()),
            [
                "crates/overtake-plugin/Cargo.toml:3: the licence is MIT OR Apache-2.0, not \
                 GPL-2.0-or-later",
                "crates/gpl/Cargo.toml:2: the licence is GPL-2.0-or-later, not MIT OR Apache-2.0",
                "crates/none/Cargo.toml:1: there is no licence; it must be MIT OR Apache-2.0",
            ]
        );
    }

    #[test]
    fn the_plugin_is_gpl() {
        let temp = tree(&[
            ("Cargo.toml", ""),
            (
                "crates/overtake-plugin/Cargo.toml",
                "[package]\nlicense = \"GPL-2.0-or-later\"\n",
            ),
        ]);
        assert!(
            check(temp.path(), &["overtake-plugin".to_owned()])
                .unwrap()
                .is_empty()
        );
    }
}
