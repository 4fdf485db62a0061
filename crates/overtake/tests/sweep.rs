//! The race over many seeds, in parts that can run on different machines: one test for each target,
//! variant and block of seeds. A test passes when its cells are as the architecture says.
//!
//! By default the sweep is small. `ci/sweep` runs a larger one in shards, and merges their results:
//!
//! | variable | meaning |
//! |---|---|
//! | `OVERTAKE_SWEEP_SEEDS` | the seeds: `100` (1 to 100), or a range as Rust writes it, `101..=200` |
//! | `OVERTAKE_SWEEP_BLOCK` | seeds of one test (25 unless set) |
//! | `OVERTAKE_SWEEP_DIR` | folder for the results, a file of JSON a test, for `overtake merge` |
//! | `OVERTAKE_TEST_TARGETS` | as everywhere: only these targets |

mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aio_ring_buggy::Variant;
use arch::Arch;
use libtest_mimic::{Arguments, Failed, Trial};
use support::{folder, overtake_at_home, targets};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match Sweep::asked_for() {
        Ok(sweep) => libtest_mimic::run(&arguments, sweep.tests()).exit_code(),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(64)
        }
    }
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sweep {
    seeds: Seeds,
    block: u64,
    /// Where the results stay; nowhere unless somebody wants them.
    results: Option<PathBuf>,
    /// Events of a run, if not as many as `overtake matrix` has.
    events: Option<u64>,
}

impl Sweep {
    /// From the variables.
    fn asked_for() -> Result<Self, String> {
        let variable = |name: &str| {
            env::var_os(name)
                .map(|value| value.to_string_lossy().into_owned())
                .filter(|value| !value.is_empty())
        };
        let number = |text: String| match text.parse() {
            Ok(0) | Err(_) => Err(format!(
                "OVERTAKE_SWEEP_BLOCK: `{text}` is no number from 1"
            )),
            Ok(number) => Ok(number),
        };
        let seeds = variable("OVERTAKE_SWEEP_SEEDS");
        Ok(Sweep {
            // Nobody waits for a small sweep: few events are enough to see the race.
            events: seeds.is_none().then_some(200),
            seeds: seeds.map_or(Ok(Seeds { first: 1, last: 2 }), |text| Seeds::parse(&text))?,
            block: variable("OVERTAKE_SWEEP_BLOCK").map_or(Ok(25), number)?,
            results: variable("OVERTAKE_SWEEP_DIR").map(PathBuf::from),
        })
    }

    fn tests(&self) -> Vec<Trial> {
        let mut tests = vec![Trial::test("variables_are_read", || {
            variables_are_read();
            Ok(())
        })];
        for target in targets() {
            for &variant in Variant::ALL {
                for seeds in self.seeds.blocks(self.block) {
                    let name = format!("{target}::{variant}::{seeds}");
                    let sweep = self.clone();
                    let test = move || sweep.run(target, variant, seeds);
                    tests.push(Trial::test(name, test));
                }
            }
        }
        tests
    }

    /// One test: `overtake matrix` as a user starts it.
    fn run(&self, target: Arch, variant: Variant, seeds: Seeds) -> Result<(), Failed> {
        let temporary = folder();
        let results = self.results.as_deref().unwrap_or(temporary.path());
        fs::create_dir_all(results)?;
        let results = Path::new(results).canonicalize()?;
        let file = results.join(format!("{target}_{variant}_{seeds}.json"));
        let mut command = overtake_at_home();
        command
            .args(["matrix", "--targets", target.name()])
            .args(["--variants", variant.name()])
            .args(["--first-seed", &seeds.first.to_string()])
            .args(["--seeds", &seeds.number().to_string()])
            // The other processors belong to the other tests.
            .args(["--jobs", "1", "--format", "json", "--output"])
            .arg(&file);
        if let Some(events) = self.events {
            command.args(["--events", &events.to_string()]);
        }
        let output = command.output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("{}\n{said}", output.status).into());
        }
        let rows: Vec<serde_json::Value> = serde_json::from_slice(&fs::read(&file)?)?;
        if rows.iter().any(|row| row["seeds"] != seeds.number()) || rows.len() != 2 {
            return Err(format!("{} has other cells", file.display()).into());
        }
        Ok(())
    }
}

/// Seeds that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seeds {
    first: u64,
    last: u64,
}

impl Seeds {
    fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let seeds = match (text.split_once("..="), text.split_once("..")) {
            (Some((first, last)), _) => number(first).zip(number(last)),
            (None, Some((first, end))) => {
                number(first).zip(number(end).and_then(|end| end.checked_sub(1)))
            }
            (None, None) => Some(1).zip(number(text)),
        };
        match seeds {
            Some((first, last)) if first <= last => Ok(Seeds { first, last }),
            _ => Err(format!(
                "OVERTAKE_SWEEP_SEEDS: `{text}` names no seeds: write 100, 1..101 or 1..=100"
            )),
        }
    }

    const fn number(self) -> u64 {
        self.last - self.first + 1
    }

    /// In parts of `block` seeds, and a last one of what is left.
    fn blocks(self, block: u64) -> impl Iterator<Item = Seeds> {
        let mut next = Some(self.first);
        std::iter::from_fn(move || {
            let first = next?;
            let last = self.last.min(first.saturating_add(block - 1));
            next = (last < self.last).then(|| last + 1);
            Some(Seeds { first, last })
        })
    }
}

impl std::fmt::Display for Seeds {
    /// As it stands in the name of a test; names sort as the seeds do.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seeds_{:05}_to_{:05}", self.first, self.last)
    }
}

fn variables_are_read() {
    let seeds = |first, last| Seeds { first, last };
    for (text, expected) in [
        ("3", seeds(1, 3)),
        ("2..5", seeds(2, 4)),
        ("2..=5", seeds(2, 5)),
        ("7..=7", seeds(7, 7)),
    ] {
        assert_eq!(Seeds::parse(text), Ok(expected), "{text}");
    }
    for text in ["0", "", "-1", "5..5", "5..=4", "1..0", "a..b", "1.."] {
        let message = Seeds::parse(text).unwrap_err();
        assert!(message.contains("100, 1..101 or"), "{message}");
    }
    let blocks = |seeds: Seeds, block| seeds.blocks(block).collect::<Vec<_>>();
    assert_eq!(
        blocks(seeds(1, 7), 3),
        [seeds(1, 3), seeds(4, 6), seeds(7, 7)]
    );
    assert_eq!(
        blocks(seeds(u64::MAX - 1, u64::MAX), 2),
        [seeds(u64::MAX - 1, u64::MAX)]
    );
}
