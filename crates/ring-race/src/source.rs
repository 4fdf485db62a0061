//! The source lines that order the event and the tail, with the comments that explain them.
//!
//! They are embedded when this program is built; the guests are built from the same workspace.

use aio_ring_buggy::Variant;

/// A line of source.
#[derive(Debug)]
pub struct Source {
    /// Its file in the workspace, its number, and its function: `crates/….rs:3 (store_tail)`.
    pub at: String,
    /// Its text.
    pub code: String,
    /// The comment above it.
    pub why: String,
}

/// A source file: its path in the workspace, and its text.
type File = (&'static str, &'static str);

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        /// The files in which the variants say how the indices are loaded and stored.
        const FILES: &[File] = &[$((
            concat!("crates/", $path),
            include_str!(concat!("../../", $path)),
        )),+];
    };
}

files! {
    "aio-ring/src/orderings.rs",
    "aio-ring-buggy/src/relaxed_tail.rs",
    "aio-ring-buggy/src/barrier_only.rs",
    "aio-ring-buggy/src/relaxed_reader.rs",
    "aio-ring-buggy/src/relaxed_head.rs",
    "aio-ring-buggy/src/barrier_only_reader.rs",
}

/// The functions of a variant.
const FUNCTIONS: [&str; 4] = ["store_tail", "load_tail", "store_head", "load_head"];

/// The lines of a variant's functions.
pub fn source(variant: Variant) -> Vec<Source> {
    // The type has the variant's name.
    let name = format!("{variant:?}");
    FUNCTIONS
        .iter()
        .flat_map(|function| lines(&name, function))
        .collect()
}

/// A line of a file, counted from 1.
type Line = (usize, &'static str);

/// The commented lines of a function of `impl Orderings for NAME`, or of the one that it calls.
fn lines(name: &str, function: &str) -> Vec<Source> {
    let Some((path, body)) = FILES.iter().find_map(|file| body(file, name, function)) else {
        return Vec::new();
    };
    if let [(_, only)] = body.as_slice()
        && let Some((other, _)) = only.trim().split_once(&format!("::{function}("))
    {
        return lines(other, function);
    }
    let mut sources = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    for (number, line) in body {
        let line = line.trim();
        if let Some(words) = line.strip_prefix("//") {
            comment.push(words.trim());
        } else if !comment.is_empty() {
            sources.push(Source {
                at: format!("{path}:{number} ({function})"),
                code: line.to_owned(),
                why: comment.join(" "),
            });
            comment.clear();
        }
    }
    sources
}

/// The lines within a function of `impl Orderings for NAME`.
fn body(file: &File, name: &str, function: &str) -> Option<(&'static str, Vec<Line>)> {
    let (path, text) = *file;
    let mut lines = text.lines().zip(1..).map(|(line, number)| (number, line));
    let block = format!("impl Orderings for {name} {{");
    lines.find(|(_, line)| line.ends_with(&block))?;
    let head = format!("fn {function}(");
    lines.find(|(_, line)| line.trim_start().starts_with(&head))?;
    Some((
        path,
        lines.take_while(|(_, line)| *line != "    }").collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each comment names its partner, and each line stands where its name says.
    #[test]
    fn every_variant_has_both_sides() {
        for &variant in Variant::ALL {
            let found = source(variant);
            for function in FUNCTIONS {
                let of: Vec<_> = found
                    .iter()
                    .filter(|source| source.at.ends_with(&format!(" ({function})")))
                    .collect();
                let (what, index) = function.split_once('_').unwrap();
                let access = match what {
                    "store" => format!("{index}.store(value, Ordering::"),
                    _ => format!("{index}.load(Ordering::"),
                };
                let access = of.iter().find(|source| source.code.contains(&access));
                let access = access.unwrap_or_else(|| panic!("{variant}: {function}: {of:?}"));
                assert!(
                    access.why.to_lowercase().contains("pairs with"),
                    "{access:?}"
                );
            }
            for Source { at, code, .. } in found {
                let (at, _) = at.split_once(' ').unwrap();
                let (path, line) = at.split_once(':').unwrap();
                let (_, text) = FILES.iter().find(|(name, _)| *name == path).unwrap();
                let line = text
                    .lines()
                    .nth(line.parse::<usize>().unwrap() - 1)
                    .unwrap();
                assert_eq!(line.trim(), code, "{at}");
            }
        }
    }
}
