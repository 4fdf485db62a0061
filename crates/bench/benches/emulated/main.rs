//! How fast guests run under overtake: against plain QEMU, against empty callbacks, against Miri.

mod events;
mod exposure;
mod growth;
mod setting;
mod single;
mod sweep;

use std::process::ExitCode;

use lexopt::prelude::*;
use setting::{Result, Setting, TARGETS};

const HELP: &str = "\
Measures how fast guests run under overtake. All sides of a comparison are measured in turns.

Usage: cargo bench -p overtake-bench --bench emulated -- [OPTIONS] [WHAT]...

What:
  single    work of one thread, against a plugin with empty memory callbacks and plain QEMU
  events    ring events per second, against Miri (which needs a nightly toolchain with miri)
  exposure  from the start of the process to the first stale read, against the start of plain QEMU
  sweep     seeds per second of a short guest
  growth    cost by threads, shared pages, pending stores, slots
Without any: all of them.

Options:
      --target TARGET  Only this target; may be repeated
      --quick          Few rounds: to see that it works, not for figures
  -h, --help           Print this
";

type Measure = fn(&Setting) -> Result<()>;

const MEASURES: [(&str, Measure); 5] = [
    ("single", single::measure),
    ("events", events::measure),
    ("exposure", exposure::measure),
    ("sweep", sweep::measure),
    ("growth", growth::measure),
];

/// The parsed command line.
struct Asked {
    measures: Vec<Measure>,
    targets: Vec<String>,
    quick: bool,
}

/// Parses the command line. None: print the help.
fn asked() -> std::result::Result<Option<Asked>, lexopt::Error> {
    let (mut measures, mut targets, mut quick) = (Vec::new(), Vec::new(), false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("quick") => quick = true,
            // `cargo bench` adds it.
            Long("bench") => {}
            Long("target") => {
                let target = parser.value()?.string()?;
                if !TARGETS.contains(&target.as_str()) {
                    return Err(format!("--target {target}: give one of {TARGETS:?}").into());
                }
                targets.push(target);
            }
            Value(name) => {
                let name = name.string()?;
                let found = MEASURES.iter().find(|(known, _)| *known == name);
                let (_, measure) = found.ok_or(format!("{name}: not among what `--help` lists"))?;
                measures.push(*measure);
            }
            other => return Err(other.unexpected()),
        }
    }
    if measures.is_empty() {
        measures.extend(MEASURES.map(|(_, measure)| measure));
    }
    if targets.is_empty() {
        targets.extend(TARGETS.map(str::to_owned));
    }
    Ok(Some(Asked {
        measures,
        targets,
        quick,
    }))
}

fn main() -> ExitCode {
    let asked = match asked() {
        Ok(Some(asked)) => asked,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("emulated: {error}");
            return ExitCode::from(2);
        }
    };
    let all = Setting::new(asked.targets, asked.quick)
        .and_then(|setting| asked.measures.iter().try_for_each(|it| it(&setting)));
    match all {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("emulated: {error}");
            ExitCode::FAILURE
        }
    }
}
