//! Runs the tests of other crates, as `ci/suites` has cross-built them, under `overtake run` and
//! under plain QEMU in turns, each test alone.
//!
//! A row is a test: with how many seeds it passed, the median of its times on either side, and
//! their ratio. The times are those of whole runs as a user starts them, with what both sides take
//! to start. Beside the time on the clock there is that of the processors: where other jobs run,
//! plain QEMU's threads wait for each other's time slices, and the clock tells little. Each run is a
//! line of JSON in a file too.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use lexopt::ValueExt as _;
use overtake_bench::sample::Sample;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: suites --tests FOLDER --overtake PROGRAM --output FILE
    [--target TARGET]… [--suite SUITE]… [--filter TEXT]… [--seeds N] [--first-seed N] [--limit SECONDS]
    [--all-seeds] [--option=OPTION]…";

/// overtake's exit code where its time limit was reached.
const TIMED_OUT: i32 = 81;

/// How much of a failed run's output is kept.
const KEPT: usize = 3000;

struct Options {
    /// Where the tests are: `TARGET/SUITE-VERSION/NAME`.
    tests: PathBuf,
    overtake: PathBuf,
    output: PathBuf,
    /// What is run; empty: all.
    targets: Vec<String>,
    suites: Vec<String>,
    filters: Vec<String>,
    seeds: u64,
    first_seed: u64,
    limit: u64,
    /// Whether a test that did not end with one seed is tried with the others.
    all_seeds: bool,
    /// Passed on to `overtake run`.
    options: Vec<String>,
}

fn options() -> Result<Options> {
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

/// A program of tests.
struct Binary {
    suite: String,
    target: String,
    name: String,
    path: PathBuf,
}

/// What came of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    /// It took longer than the limit.
    Endless,
    /// Its authors leave it out.
    Ignored,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Endless => "time limit",
            Outcome::Ignored => "ignored",
        }
    }
}

struct Run {
    outcome: Outcome,
    /// On the clock.
    seconds: f64,
    /// Of processors.
    cpu_seconds: f64,
    exit_status: Option<i32>,
    /// What overtake counted.
    tested: Value,
    output: String,
}

/// The two sides of a comparison, by overtake's name of the model.
const SIDES: [&str; 2] = ["weak", "none"];

/// A test with all its runs on either side.
#[derive(Default)]
struct Row {
    runs: [Vec<Run>; SIDES.len()],
}

impl Row {
    fn all(&self, side: usize, outcome: Outcome) -> bool {
        self.runs[side].iter().all(|run| run.outcome == outcome)
    }

    fn count(&self, side: usize, outcome: Outcome) -> usize {
        self.runs[side]
            .iter()
            .filter(|run| run.outcome == outcome)
            .count()
    }

    fn median(&self, side: usize, figure: fn(&Run) -> f64) -> f64 {
        Sample::new(self.runs[side].iter().map(figure).collect()).median()
    }

    /// How many times slower it is than under plain QEMU.
    fn ratio(&self, figure: fn(&Run) -> f64) -> f64 {
        self.median(0, figure) / self.median(1, figure)
    }

    /// The median of a number that overtake counted, where it did.
    fn counted(&self, sum_of: &[&str]) -> Option<f64> {
        let figures: Vec<f64> = self.runs[0]
            .iter()
            .filter_map(|run| sum_of.iter().map(|key| run.tested[key].as_f64()).sum())
            .collect();
        (!figures.is_empty()).then(|| Sample::new(figures).median())
    }
}

fn main() -> ExitCode {
    match options().and_then(|options| compare(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("suites: {error}");
            ExitCode::from(64)
        }
    }
}

/// Whether each test passed with each seed.
fn compare(options: &Options) -> Result<bool> {
    let mut output = BufWriter::new(
        File::create(&options.output)
            .map_err(|error| format!("{}: {error}", options.output.display()))?,
    );
    println!(
        "{:<22} {:<8} {:<44} {:>6} {:>9} {:>8} {:>7} {:>9} {:>8} {:>7} {:>9} {:>9}",
        "suite",
        "target",
        "test",
        "passed",
        "overtake",
        "plain",
        "ratio",
        "CPU",
        "plain",
        "ratio",
        "accesses",
        "hand-offs"
    );
    let mut sums: BTreeMap<(String, String), Sum> = BTreeMap::new();
    for binary in binaries(options)? {
        for test in tests(options, &binary)? {
            let row = measured(options, &binary, &test, &mut output)?;
            if row.all(0, Outcome::Ignored) {
                continue;
            }
            print(&binary, &test, &row);
            sums.entry((binary.suite.clone(), binary.target.clone()))
                .or_default()
                .add(&row);
        }
    }
    println!();
    for ((suite, target), sum) in &sums {
        println!("{suite:<22} {target:<8} {}", sum.said());
    }
    Ok(sums.values().all(|sum| sum.passed == sum.tests))
}

/// The programs that are to be run, in the order of their names.
fn binaries(options: &Options) -> Result<Vec<Binary>> {
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
fn tests(options: &Options, binary: &Binary) -> Result<Vec<String>> {
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

/// Runs a test with each seed, on both sides in turns.
fn measured(
    options: &Options,
    binary: &Binary,
    test: &str,
    output: &mut impl Write,
) -> Result<Row> {
    let mut row = Row::default();
    for seed in options.first_seed..options.first_seed + options.seeds {
        for (side, model) in SIDES.iter().enumerate() {
            let run = run(options, binary, test, model, seed)?;
            let mut line = json!({
                "suite": binary.suite,
                "target": binary.target,
                "binary": binary.name,
                "test": test,
                "model": model,
                "seed": seed,
                "outcome": run.outcome.name(),
                "exit_status": run.exit_status,
                "seconds": run.seconds,
                "cpu_seconds": run.cpu_seconds,
                "tested": run.tested,
            });
            if run.outcome == Outcome::Failed {
                line["output"] = run.output.as_str().into();
            }
            writeln!(output, "{line}")?;
            output.flush()?;
            row.runs[side].push(run);
        }
        let enough = row.count(0, Outcome::Ignored) != 0
            || (row.count(0, Outcome::Endless) != 0 && !options.all_seeds);
        if enough {
            break;
        }
    }
    Ok(row)
}

fn run(options: &Options, binary: &Binary, test: &str, model: &str, seed: u64) -> Result<Run> {
    let (start, cpu_start) = (Instant::now(), cpu_seconds()?);
    let output = overtake(options, binary, model, seed)
        // One thread beside that of the test, which waits for it without a time-out.
        .args(["--exact", test, "--test-threads=1"])
        .output()?;
    let seconds = start.elapsed().as_secs_f64();
    let cpu_seconds = cpu_seconds()? - cpu_start;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let exit_status = output.status.code();
    let outcome = if exit_status == Some(TIMED_OUT) || exit_status.is_none() {
        Outcome::Endless
    } else if exit_status != Some(0) {
        Outcome::Failed
    } else if stdout.contains("1 passed;") {
        Outcome::Passed
    } else if stdout.contains("1 ignored;") {
        Outcome::Ignored
    } else {
        Outcome::Failed
    };
    let tested = stderr
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str::<Value>(line).ok())
        .map_or(Value::Null, |mut said| said["tested"].take());
    let said = format!("{stdout}{stderr}");
    let begin = (said.len().saturating_sub(KEPT)..said.len())
        .find(|&index| said.is_char_boundary(index))
        .unwrap_or(0);
    Ok(Run {
        outcome,
        seconds,
        cpu_seconds,
        exit_status,
        tested,
        output: said[begin..].to_owned(),
    })
}

/// What processors have spent on the processes that this one has started and that have ended.
fn cpu_seconds() -> Result<f64> {
    /// Of a second: what Linux counts in towards user space, on every architecture.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    // After the name, in brackets, come state, …; the children's times are the fields 16 and 17.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .map(str::parse::<u64>)
        .sum::<std::result::Result<u64, _>>()?;
    Ok(ticks as f64 / TICKS)
}

/// `overtake run … -- BINARY`, with a watchdog for the case that its own time limit does nothing.
fn overtake(options: &Options, binary: &Binary, model: &str, seed: u64) -> Command {
    let mut command = Command::new("timeout");
    command
        .args(["-s", "KILL", &(options.limit + 20).to_string()])
        .arg(&options.overtake)
        .args(["run", "--format", "json", "--budget", "0"])
        .args(["--model", model, "--target", &binary.target])
        .args(["--seed", &seed.to_string()])
        .args(["--timeout", &options.limit.to_string()])
        .args(&options.options)
        .arg("--")
        .arg(&binary.path)
        .stdin(Stdio::null());
    command
}

fn print(binary: &Binary, test: &str, row: &Row) {
    let endless = |side| {
        if row.count(side, Outcome::Endless) == 0 {
            ""
        } else {
            ">"
        }
    };
    let millions = |count: Option<f64>| match count {
        Some(count) => format!("{:.2}M", count / 1e6),
        None => "-".to_owned(),
    };
    let mut notes = String::new();
    for (side, model) in SIDES.iter().enumerate() {
        let failed = row.count(side, Outcome::Failed);
        if failed != 0 {
            let seeds = row.runs[side].len();
            notes += &format!("  FAILED ({model}: {failed} of {seeds})");
        }
    }
    let (clock, cpu) = (|run: &Run| run.seconds, |run: &Run| run.cpu_seconds);
    println!(
        "{:<22} {:<8} {:<44} {:>6} {:>9} {:>8} {:>7} {:>9.2} {:>8.2} {:>7.1} {:>9} {:>9}{notes}",
        binary.suite,
        binary.target,
        format!("{}::{test}", binary.name),
        format!("{}/{}", row.count(0, Outcome::Passed), row.runs[0].len()),
        format!("{}{:.2}", endless(0), row.median(0, clock)),
        format!("{}{:.2}", endless(1), row.median(1, clock)),
        format!("{}{:.1}", endless(0), row.ratio(clock)),
        row.median(0, cpu),
        row.median(1, cpu),
        row.ratio(cpu),
        millions(row.counted(&["shared_loads", "shared_stores"])),
        millions(row.counted(&["hand_offs"])),
    );
}

/// What is said of a suite on a target.
#[derive(Default)]
struct Sum {
    tests: usize,
    passed: usize,
    passed_plain: usize,
    ratios: Vec<f64>,
}

impl Sum {
    fn add(&mut self, row: &Row) {
        self.tests += 1;
        self.passed += usize::from(row.all(0, Outcome::Passed));
        self.passed_plain += usize::from(row.all(1, Outcome::Passed));
        if row.all(0, Outcome::Passed) {
            self.ratios.push(row.ratio(|run| run.seconds));
        }
    }

    fn said(&self) -> String {
        let mut said = format!(
            "{} of {} tests pass (plain QEMU: {})",
            self.passed, self.tests, self.passed_plain
        );
        if !self.ratios.is_empty() {
            let ratios = Sample::new(self.ratios.clone());
            said += &format!(
                "; of those that pass, slower than plain QEMU: {:.1} (median), {:.1} (most) times",
                ratios.median(),
                ratios.quantile(1.0)
            );
        }
        said
    }
}
