//! Rule: no files of a crate import each other in a circle.
//!
//! A file imports another one if its code names an item that the other one defines, in a `use` or
//! in a path in an expression, a type or a macro's arguments. A path through a re-export names the
//! file that defines the item. The re-export itself (`pub use child::Item`) imports nothing, and
//! neither does a module within a path. Test-only code, `#[cfg(test)]`, is ignored. Inline modules
//! belong to their file.
//!
//! `cargo modules --acyclic` would find the same circles, and those by methods and fields too. But
//! it is built from rust-analyzer, which takes minutes on a bare machine. This check takes a
//! second.
//!
//! A method or field has no path, so a call of a method counts only if the code names its type.

mod attributes;
mod components;
mod imports;
mod parse;
mod resolve;
mod tokens;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use self::tree::{How, Named, Tree};
use super::files::entries;
use super::finding::Finding;
use crate::error::Error;

/// The maximum number of names that are shown for an import.
const MAX_NAMES: usize = 5;

/// The imports of one file from another: the line of the first one, and all names.
type Imports = (usize, BTreeSet<String>);

pub(super) fn check(root: &Path, crates: &[String]) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for name in crates {
        for file in crate_roots(root, &Path::new("crates").join(name))? {
            let tree = parse::tree(root, &file, &mut findings)?;
            findings.extend(circles(&tree));
        }
    }
    // Two tests may share a module.
    findings.sort();
    findings.dedup();
    Ok(findings)
}

/// Returns the files that cargo compiles as separate crates: libraries, programs, tests, benchmarks
/// and examples.
fn crate_roots(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut roots: Vec<_> = ["src/lib.rs", "src/main.rs"]
        .map(|file| folder.join(file))
        .into();
    for group in ["src/bin", "tests", "benches", "examples"] {
        let group = folder.join(group);
        if !root.join(&group).is_dir() {
            continue;
        }
        for entry in entries(&root.join(&group))? {
            let path = group.join(entry.file_name().unwrap_or_default());
            match path.extension() {
                Some(ending) if ending == "rs" => roots.push(path),
                _ => roots.push(path.join("main.rs")),
            }
        }
    }
    roots.retain(|file| root.join(file).is_file());
    Ok(roots)
}

/// Returns the circles of one crate, each with the imports that form it.
fn circles(tree: &Tree) -> Vec<Finding> {
    let mut edges: BTreeMap<(usize, usize), Imports> = BTreeMap::new();
    for (index, module) in tree.modules.iter().enumerate() {
        for named in &module.named {
            for file in resolve::files(tree, index, named) {
                if file != module.file {
                    let first = (named.line, BTreeSet::new());
                    let (line, names) = edges.entry((module.file, file)).or_insert(first);
                    *line = named.line.min(*line);
                    names.insert(shown(named));
                }
            }
        }
    }
    let pairs: Vec<_> = edges.keys().copied().collect();
    let circles = components::circles(tree.files.len(), &pairs);
    circles
        .into_iter()
        .map(|circle| finding(tree, &circle, &edges))
        .collect()
}

fn finding(
    tree: &Tree,
    circle: &BTreeSet<usize>,
    edges: &BTreeMap<(usize, usize), Imports>,
) -> Finding {
    let show = |file: usize| tree.files[file].display().to_string();
    let mut files: Vec<_> = circle.iter().copied().map(show).collect();
    files.sort();
    let mut lines: Vec<_> = edges
        .iter()
        .filter(|((from, to), _)| circle.contains(from) && circle.contains(to))
        .map(|((from, to), (line, names))| (show(*from), line, show(*to), names))
        .collect();
    lines.sort();
    let mut message = format!("{} files import each other in a circle", files.len());
    for (from, line, to, names) in &lines {
        let first: Vec<_> = names.iter().take(MAX_NAMES).map(String::as_str).collect();
        let _ = write!(
            message,
            "\n    {from}:{line} -> {to} (names {}",
            first.join(", ")
        );
        if let more @ 1.. = names.len() - first.len() {
            let _ = write!(message, " and {more} more");
        }
        message.push(')');
    }
    let line = lines.first().map_or(1, |(_, line, _, _)| **line);
    Finding::new(Path::new(&files[0]), line, message)
}

/// Returns a path as written in code.
fn shown(named: &Named) -> String {
    let path = named.path.join("::");
    match named.how {
        How::Path => path,
        How::Glob => path + "::*",
        How::Macro => path + "!",
    }
}

#[cfg(test)]
mod tests;
