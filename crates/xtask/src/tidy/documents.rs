//! Rule: every path that the documents name exists, and the architecture lists every crate.

use std::path::{Path, PathBuf};

use super::files::read;
use super::finding::Finding;
use crate::error::Error;

const DOCUMENTS: [&str; 2] = ["ARCHITECTURE.md", "README.md"];

/// The top-level folders whose files the documents may name. A name that starts with another
/// folder, like `target/…`, is not a path in the tree.
const FOLDERS: [&str; 9] = [
    ".cargo", ".ci", ".config", ".github", "ci", "crates", "docker", "docs", "tests",
];

/// The endings of top-level files.
const FILES: [&str; 2] = [".md", ".toml"];

pub(super) fn check(root: &Path, crates: &[String]) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for name in DOCUMENTS {
        let path = Path::new(name);
        if !root.join(path).is_file() {
            findings.push(Finding::new(path, 1, "the document does not exist"));
            continue;
        }
        let text = read(root, path)?;
        for (line, named) in named_paths(&text) {
            if !root.join(&named).exists() {
                let message = format!("`{}` does not exist", named.display());
                findings.push(Finding::new(path, line, message));
            }
        }
        if name == "ARCHITECTURE.md" {
            findings.extend(missing_rows(path, &text, crates));
        }
    }
    Ok(findings)
}

/// Finds the crates that have no row in a table.
fn missing_rows(path: &Path, text: &str, crates: &[String]) -> Vec<Finding> {
    let has_row = |name: &String| {
        let cell = format!("`crates/{name}`");
        text.lines()
            .filter_map(|line| line.strip_prefix('|'))
            .any(|row| {
                row.split('|')
                    .next()
                    .is_some_and(|first| first.trim() == cell)
            })
    };
    let missing = crates.iter().filter(|name| !has_row(name));
    let finding = |name| {
        let message = format!("the table does not name the crate `crates/{name}`");
        Finding::new(path, 1, message)
    };
    missing.map(finding).collect()
}

/// Returns the paths in the tree that a document names in backticks or as link targets, with their
/// lines. Code blocks are ignored.
fn named_paths(text: &str) -> Vec<(usize, PathBuf)> {
    let mut paths = Vec::new();
    let mut in_block = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block && !line.starts_with("    ") {
            let spans = line.split('`').skip(1).step_by(2).filter_map(tree_path);
            let links = line.split("](").skip(1).filter_map(link_path);
            paths.extend(spans.chain(links).map(|path| (index + 1, path)));
        }
    }
    paths
}

/// Returns the path that the words between backticks form, if they look like one in the tree.
fn tree_path(words: &str) -> Option<PathBuf> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    // `file.rs:12` names a line of a file.
    let path = words.split_once(':').map_or(words, |(path, _)| path);
    if !path.chars().all(allowed) {
        return None;
    }
    let is_in_tree = match path.split_once('/') {
        Some((first, _)) => FOLDERS.contains(&first),
        None => FILES
            .iter()
            .any(|ending| path.ends_with(ending) && path != *ending),
    };
    is_in_tree.then(|| path.into())
}

/// Returns the file that a link leads to. `rest` is the line after `](`. `None` for a URL or a
/// heading of the same document.
fn link_path(rest: &str) -> Option<PathBuf> {
    let target = rest.split(')').next()?;
    let path = target.split('#').next()?;
    let is_path = !path.is_empty() && !path.contains(':');
    is_path.then(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{shown, tree};
    use super::*;

    #[test]
    fn finds_paths_that_are_gone() {
        let temp = tree(&[
            (
                "ARCHITECTURE.md",
                "| `crates/a` | see `crates/a/src/gone.rs` |\n\n\
                 `crates/a/src/lib.rs:3` and `target/overtake/x` and `a/b` and `crates/…` fit.\n\
                 `Gone.md` is gone; [gone](docs/gone.md#there), [url](https://a/b), [here](#x)\n\
                 ```\n`crates/block`\n```\n    `crates/indented`\n",
            ),
            ("README.md", "`Cross.toml`, `ci/run` [a](ARCHITECTURE.md)"),
            ("crates/a/src/lib.rs", ""),
        ]);
        assert_eq!(
            shown(&check(temp.path(), &["a".to_owned()]).unwrap()),
            [
                "ARCHITECTURE.md:1: `crates/a/src/gone.rs` does not exist",
                "ARCHITECTURE.md:4: `Gone.md` does not exist",
                "ARCHITECTURE.md:4: `docs/gone.md` does not exist",
                "README.md:1: `Cross.toml` does not exist",
                "README.md:1: `ci/run` does not exist",
            ]
        );
    }

    #[test]
    fn finds_crates_without_a_row() {
        let text = "| `crates/a` | `crates/b` |\nalso `crates/b`\n";
        let temp = tree(&[
            ("ARCHITECTURE.md", text),
            ("README.md", ""),
            ("crates/a/x", ""),
            ("crates/b/x", ""),
        ]);
        let crates = ["a", "b"].map(str::to_owned);
        assert_eq!(
            shown(&check(temp.path(), &crates).unwrap()),
            ["ARCHITECTURE.md:1: the table does not name the crate `crates/b`"]
        );
    }

    #[test]
    fn both_documents_must_exist() {
        let temp = tree(&[]);
        assert_eq!(
            shown(&check(temp.path(), &[]).unwrap()),
            [
                "ARCHITECTURE.md:1: the document does not exist",
                "README.md:1: the document does not exist",
            ]
        );
    }
}
