//! Rules: which crates may use `unsafe`, no unfinished or debugging code, and the maximum length of
//! a file.

use std::path::{Path, PathBuf};

use super::files::{entries, read};
use super::finding::Finding;
use super::source::{blank, words};
use crate::error::Error;

/// The crates that may use `unsafe`: the ring, the plugin and its exports, and the guests.
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

/// The maximum number of lines in a source file.
const MAX_LINES: usize = 400;

pub(super) fn check(root: &Path, crates: &[String]) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for name in crates {
        let folder = Path::new("crates").join(name);
        let mut files = Vec::new();
        rust_files(root, &folder, &mut files)?;
        for path in files {
            let text = read(root, &path)?;
            check_file(&path, &text, name, &mut findings);
        }
    }
    Ok(findings)
}

fn check_file(path: &Path, text: &str, crate_name: &str, findings: &mut Vec<Finding>) {
    let lines = text.lines().count();
    if lines > MAX_LINES {
        let message = format!("{lines} lines, more than {MAX_LINES}");
        findings.push(Finding::new(path, MAX_LINES + 1, message));
    }

    let may_be_unsafe = UNSAFE_CRATES.contains(&crate_name);
    let code = blank(text);
    for (line, word, next) in words(&code) {
        let message = match word {
            "unsafe" if !may_be_unsafe => "`unsafe` in a crate that forbids it",
            "todo" if next == Some('!') => "`todo!` is unfinished code",
            "dbg" if next == Some('!') => "`dbg!` is debugging code",
            _ => continue,
        };
        findings.push(Finding::new(path, line, message));
    }

    let forbids = code
        .lines()
        .any(|line| line.trim() == "#![forbid(unsafe_code)]");
    if !may_be_unsafe && is_crate_root(path) && !forbids {
        findings.push(Finding::new(
            path,
            1,
            "`#![forbid(unsafe_code)]` is missing",
        ));
    }
}

/// Whether the file is the root of a library or a program, `crates/NAME/…`.
fn is_crate_root(path: &Path) -> bool {
    let inside: PathBuf = path.components().skip(2).collect();
    inside == Path::new("src/lib.rs")
        || inside == Path::new("src/main.rs")
        || inside.parent() == Some(Path::new("src/bin"))
        || (inside.starts_with("src/bin") && inside.ends_with("main.rs"))
}

/// Adds the Rust files in a folder and its subfolders, sorted, without build output.
fn rust_files(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in entries(&root.join(folder))? {
        let Some(name) = entry.file_name() else {
            continue;
        };
        let path = folder.join(name);
        if entry.is_dir() && !entry.is_symlink() {
            if name != "target" {
                rust_files(root, &path, files)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{shown, tree};
    use super::*;

    const FORBID: &str = "#![forbid(unsafe_code)]\n";

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let temp = tree(files);
        let crates = ["a", "guests"].map(str::to_owned);
        let crates = crates
            .iter()
            .filter(|name| temp.path().join("crates").join(name).exists());
        let crates: Vec<_> = crates.cloned().collect();
        shown(&check(temp.path(), &crates).unwrap())
    }

    #[test]
    fn a_file_has_at_most_400_lines() {
        let (right, long) = ("// x\n".repeat(400), "// x\n".repeat(401));
        let files = [
            ("crates/a/tests/right.rs", right.as_str()),
            ("crates/a/tests/long.rs", &long),
            ("crates/a/target/built.rs", &long),
        ];
        assert_eq!(
            findings(&files),
            ["crates/a/tests/long.rs:401: 401 lines, more than 400"]
        );
    }

    #[test]
    fn unsafe_is_found_in_crates_that_forbid_it() {
        let text = format!("{FORBID}//! unsafe\nconst S: &str = \"unsafe\";\nunsafe fn f() {{}}\n");
        let files = [
            ("crates/a/src/lib.rs", text.as_str()),
            ("crates/guests/src/lib.rs", &text),
        ];
        assert_eq!(
            findings(&files),
            ["crates/a/src/lib.rs:4: `unsafe` in a crate that forbids it"]
        );
    }

    #[test]
    fn every_crate_root_forbids_unsafe() {
        let files = [
            ("crates/a/src/lib.rs", "// #![forbid(unsafe_code)]\n"),
            ("crates/a/src/main.rs", FORBID),
            ("crates/a/src/bin/x.rs", ""),
            ("crates/a/src/bin/y/main.rs", ""),
            ("crates/a/src/bin/y/part.rs", ""),
            ("crates/a/src/part.rs", ""),
            ("crates/guests/src/lib.rs", ""),
        ];
        let missing = |path: &str| format!("{path}:1: `#![forbid(unsafe_code)]` is missing");
        assert_eq!(
            findings(&files),
            [
                "crates/a/src/bin/x.rs",
                "crates/a/src/bin/y/main.rs",
                "crates/a/src/lib.rs"
            ]
            .map(missing)
        );
    }

    #[test]
    fn unfinished_and_debugging_code_is_found() {
        let text = "fn todo() {\n    dbg!(1);\n    todo!()\n}\n// todo!()\n";
        assert_eq!(
            findings(&[("crates/a/src/x.rs", text)]),
            [
                "crates/a/src/x.rs:2: `dbg!` is debugging code",
                "crates/a/src/x.rs:3: `todo!` is unfinished code",
            ]
        );
    }
}
