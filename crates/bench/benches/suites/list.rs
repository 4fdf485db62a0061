//! Which tests there are.

use std::fs;
use std::path::Path;

use crate::command::overtake;
use crate::options::Options;
use crate::program::Binary;
use crate::result::Result;

/// The programs that are to be run, in the order of their names.
pub fn binaries(options: &Options) -> Result<Vec<Binary>> {
    let asked =
        |among: &[String], name: &str| among.is_empty() || among.iter().any(|asked| asked == name);
    let mut found = Vec::new();
    for target in names(&options.tests)? {
        if !asked(&options.targets, &target) {
            continue;
        }
        for suite in names(&options.tests.join(&target))? {
            let without_version = suite.rsplit_once('-').map_or(&*suite, |(name, _)| name);
            if !asked(&options.suites, without_version) {
                continue;
            }
            for name in names(&options.tests.join(&target).join(&suite))? {
                found.push(Binary {
                    path: options.tests.join(&target).join(&suite).join(&name),
                    suite: suite.clone(),
                    target: target.clone(),
                    name,
                });
            }
        }
    }
    if found.is_empty() {
        return Err(format!("no such tests in {}", options.tests.display()).into());
    }
    Ok(found)
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// The tests of a program that the filters let through.
pub fn tests(options: &Options, binary: &Binary) -> Result<Vec<String>> {
    let output = overtake(options, binary, "none", 1)
        .arg("--list")
        .output()?;
    if !output.status.success() {
        return Err(format!(
            "{} does not list its tests: {}",
            binary.path.display(),
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .filter(|test| {
            let full = format!("{}::{test}", binary.name);
            options.filters.is_empty() || options.filters.iter().any(|text| full.contains(text))
        })
        .map(str::to_owned)
        .collect())
}
