//! The reasons for which tests are skipped, and the bound of their number.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::counts::Counts;
use crate::error::Error;
use crate::workspace::Workspace;

/// The environment variable that names the file for reasons.
///
/// nextest shows no reasons. So a test binary that skips tests when it lists them appends a line
/// `NAME: REASON` to this file for each.
pub(super) const REASONS: &str = "OVERTAKE_TEST_SKIPPED";

/// Creates an empty file for reasons.
pub(super) fn file_for_reasons(workspace: &Workspace) -> Result<PathBuf, Error> {
    let file = workspace.target_dir().join("skipped-tests");
    fs::write(&file, "").map_err(Error::io(&file))?;
    Ok(file)
}

/// Sets the reason of each skipped test: from `file`, to which test binaries write, or else from
/// `#[ignore = "reason"]` in the source.
pub(super) fn find_reasons(counts: &mut Counts, file: &Path, root: &Path) -> Result<(), Error> {
    let text = fs::read_to_string(file).map_err(Error::io(file))?;
    let written: BTreeMap<_, _> = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect();
    let mut sources = Vec::new();
    read_sources(&root.join("crates"), &mut sources)?;
    for (test, reason) in &mut counts.skipped {
        // The line is `BINARY NAME`.
        let name = test.rsplit(' ').next().unwrap_or(test);
        *reason = reason.take().or_else(|| {
            let written = written.get(name).map(|reason| (*reason).to_owned());
            written.or_else(|| sources.iter().find_map(|text| in_source(text, name)))
        });
    }
    Ok(())
}

/// Prints the skipped tests with their reasons. More than `ci/most-skipped` allows are an error.
pub(super) fn check(counts: &Counts, root: &Path) -> Result<(), Error> {
    for (test, reason) in &counts.skipped {
        let reason = reason.as_deref().unwrap_or("no reason is given");
        eprintln!("skipped: {test}: {reason}");
    }
    let skipped = counts.skipped.len();
    let file = root.join("ci/most-skipped");
    let text = fs::read_to_string(&file).map_err(Error::io(&file))?;
    let most = most(&text, "host").unwrap_or(0);
    if skipped > most {
        return Err(Error::Skipped { skipped, most });
    }
    Ok(())
}

/// Returns the number after a word in `ci/most-skipped`.
fn most(text: &str, word: &str) -> Option<usize> {
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    lines
        .find(|(first, _)| *first == word)?
        .1
        .trim()
        .parse()
        .ok()
}

/// Returns the reason in `#[ignore = "reason"]` or `#[cfg_attr(…, ignore = "reason")]` before the
/// function of this name.
fn in_source(text: &str, test: &str) -> Option<String> {
    let function = format!("fn {}(", test.rsplit("::").next()?);
    let before = &text[..text.find(&function)?];
    let attributes = &before[before.rfind("#[test]")?..];
    let (_, reason) = attributes.split_once("ignore = \"")?;
    Some(reason.split_once('"')?.0.to_owned())
}

/// Reads all Rust files in a folder and its subfolders.
fn read_sources(folder: &Path, texts: &mut Vec<String>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        if path.is_dir() {
            read_sources(&path, texts)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            texts.push(fs::read_to_string(&path).map_err(Error::io(&path))?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates a workspace with a test that is ignored in its source, and a file for reasons.
    fn workspace() -> tempfile::TempDir {
        let temp = tempfile::tempdir().unwrap();
        let source = "#[test]\nfn a() {}\n\n#[test]\n#[ignore = \"writes the table\"]\nfn b() {}\n";
        for (file, text) in [
            ("crates/x/src/lib.rs", source),
            ("reasons", "report::c: no browser\nreport::c: no browser\n"),
            ("ci/most-skipped", "# a: 5\nhost 2\ncross 7\n"),
        ] {
            let file = temp.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        temp
    }

    fn counts(names: &[&str]) -> Counts {
        Counts {
            skipped: names
                .iter()
                .map(|name| ((*name).to_owned(), None))
                .collect(),
            ..Counts::default()
        }
    }

    #[test]
    fn a_reason_is_in_the_file_or_in_the_source() {
        let temp = workspace();
        let mut counts = counts(&["x tests::a", "x tests::b", "x::bin report::c"]);
        find_reasons(&mut counts, &temp.path().join("reasons"), temp.path()).unwrap();
        let reasons: Vec<_> = counts.skipped.into_values().collect();
        let reason = |text: &str| Some(text.to_owned());
        assert_eq!(
            reasons,
            [None, reason("writes the table"), reason("no browser")]
        );
    }

    #[test]
    fn too_many_skipped_tests_are_an_error() {
        let temp = workspace();
        let few = counts(&["x a", "x b"]);
        assert!(check(&few, temp.path()).is_ok());
        let many = counts(&["x a", "x b", "x c"]);
        let error = check(&many, temp.path()).unwrap_err();
        assert!(
            error.to_string().contains("3 tests were skipped"),
            "{error}"
        );
        assert_eq!(error.exit_code(), 1);
    }
}
