//! The command line.

use std::path::PathBuf;

use lexopt::ValueExt as _;

use crate::result::Result;

const USAGE: &str = "usage: suites --tests FOLDER --overtake PROGRAM --output FILE
    [--target TARGET]… [--suite SUITE]… [--filter TEXT]… [--seeds N] [--first-seed N] [--limit SECONDS]
    [--all-seeds] [--option=OPTION]…";

/// What is to be run, and how.
pub struct Options {
    /// Where the tests are: `TARGET/SUITE-VERSION/NAME`.
    pub tests: PathBuf,
    pub overtake: PathBuf,
    pub output: PathBuf,
    /// What is run; empty: all.
    pub targets: Vec<String>,
    pub suites: Vec<String>,
    pub filters: Vec<String>,
    pub seeds: u64,
    pub first_seed: u64,
    pub limit: u64,
    /// Whether a test that did not end with one seed is tried with the others.
    pub all_seeds: bool,
    /// Passed on to `overtake run`.
    pub options: Vec<String>,
}

/// Reads the command line.
pub fn options() -> Result<Options> {
    let mut options = Options {
        tests: PathBuf::new(),
        overtake: PathBuf::new(),
        output: PathBuf::new(),
        targets: Vec::new(),
        suites: Vec::new(),
        filters: Vec::new(),
        seeds: 5,
        first_seed: 1,
        limit: 60,
        all_seeds: false,
        options: Vec::new(),
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("tests") => options.tests = parser.value()?.into(),
            lexopt::Arg::Long("overtake") => options.overtake = parser.value()?.into(),
            lexopt::Arg::Long("output") => options.output = parser.value()?.into(),
            lexopt::Arg::Long("target") => options.targets.push(parser.value()?.string()?),
            lexopt::Arg::Long("suite") => options.suites.push(parser.value()?.string()?),
            lexopt::Arg::Long("filter") => options.filters.push(parser.value()?.string()?),
            lexopt::Arg::Long("seeds") => options.seeds = parser.value()?.parse()?,
            lexopt::Arg::Long("first-seed") => options.first_seed = parser.value()?.parse()?,
            lexopt::Arg::Long("limit") => options.limit = parser.value()?.parse()?,
            lexopt::Arg::Long("all-seeds") => options.all_seeds = true,
            lexopt::Arg::Long("option") => options.options.push(parser.value()?.string()?),
            // What cargo says to every benchmark.
            lexopt::Arg::Long("bench") => {}
            _ => return Err(format!("{}\n{USAGE}", argument.unexpected()).into()),
        }
    }
    let paths = [&options.tests, &options.overtake, &options.output];
    if paths.iter().any(|path| path.as_os_str().is_empty()) || options.seeds == 0 {
        return Err(USAGE.into());
    }
    Ok(options)
}
