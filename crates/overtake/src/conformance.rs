//! `overtake conformance`: runs the project's own suite as guests and compares its outcomes with what
//! the architectures allow.

use std::collections::BTreeMap;
use std::io::Write as _;

use arch::Arch;
use clap::ValueEnum;
use emulator::cpu_choice::CpuChoice;
use litmus_runner::error::Error as LitmusError;
use litmus_runner::runner::{ModelVersion, Runner};
use litmus_runner::suite::{Selection, Suite};
use litmus_runner::tally::{Conformance, compared};
use serde::Serialize;

use crate::args::arch::arch;
use crate::args::series::SeriesArgs;
use crate::error::Error;
use crate::quantity::quantity;
use crate::series::{results, status};
use crate::tally;

pub const EXAMPLES: &str = "\
Examples:
  Run the whole suite with one seed:
      overtake conformance --seeds 1
  Run every tenth test of one architecture, and list what it did not reach:
      overtake conformance --arch PPC --sample 10 --missing
  Run one shape, or one test:
      overtake conformance --arch AArch64 --shape MP
      overtake conformance --arch AArch64 --test MP+dmb.sy+addr
  Run it on the oldest CPU of each architecture, or on one CPU:
      overtake conformance --cpu oldest
      overtake conformance --arch x86_64 --cpu Haswell
  Which strategy reaches weak outcomes faster?
      overtake conformance --sample 10 --strategy uniform
      overtake conformance --sample 10 --strategy pct

A weak outcome is one that no interleaving gives, and that overtake should reach. The last two
columns say how many iterations a weak outcome takes: half of the outcomes take at most `median`, and
nine of ten take at most `90 %`. `>N` means that too few of them occurred within N iterations.

Exit status: 0 if no forbidden outcome was seen, 10 if one was. Otherwise that of the first error:
`overtake exit-codes`.";

/// Options of `overtake conformance`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Architecture: AArch64, PPC, RISCV or X86_64; may be repeated [default: all]
    #[arg(long, value_name = "ARCH", value_parser = arch(), ignore_case = true,
        hide_possible_values = true)]
    pub arch: Vec<Arch>,

    /// Shape, such as MP or SB; may be repeated [default: all]
    #[arg(long, value_name = "SHAPE")]
    pub shape: Vec<String>,

    /// Test name, such as MP+dmb.sy+addr; may be repeated [default: all]
    #[arg(long, value_name = "NAME")]
    pub test: Vec<String>,

    /// Run only every NUMBERth test of each architecture, beginning with the first
    #[arg(long, value_name = "NUMBER", default_value_t = 1,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: u64,

    #[command(flatten)]
    pub series: SeriesArgs,

    /// List the allowed outcomes that were not reached, with the feature that overtake lacks for them if
    /// known
    #[arg(long)]
    pub missing: bool,

    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Text,
        hide_possible_values = true, value_name = "text|json")]
    pub format: Format,
}

/// Form of the result of `overtake conformance`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    Text,
    /// One object.
    Json,
}

/// `overtake conformance`.
pub fn run(args: &Args) -> Result<u8, Error> {
    let Suite {
        mut tasks,
        verdicts,
        without_instruction,
    } = Suite::chosen(&Selection {
        archs: args.arch.clone(),
        shapes: args.shape.clone(),
        tests: args.test.clone(),
        sample: args.sample,
    })?;
    let series = args.series.series();
    let runner = Runner::new(&series, args.series.place.find(), &tasks)?;
    let all = tasks.len();
    tasks.retain(|task| runner.suits(task));
    let unsuitable = (all - tasks.len()) as u64;
    let mut results = results(&runner, tasks)?;
    let all = results.len();
    if series.cpu != CpuChoice::Usual {
        results.retain(|result| !matches!(result, Err(LitmusError::NoInstruction { .. })));
    }
    let omitted = Omitted {
        by_architecture: without_instruction,
        by_cpu: (all - results.len()) as u64,
        unsuitable,
    };
    let conformance = compared(&verdicts, &results);
    match args.format {
        Format::Text => text(args, &runner, &conformance, omitted),
        Format::Json => {
            let model = runner.model()?;
            json(args, &runner, &conformance, omitted, &model)
        }
    }
    .map_err(Error::output)?;
    Ok(status(&conformance, &results))
}

/// How many tests did not run for lack of an instruction.
#[derive(Debug, Clone, Copy)]
struct Omitted {
    by_architecture: u64,
    by_cpu: u64,
    /// Those for CPUs with another single-copy atomicity.
    unsuitable: u64,
}

/// For people.
fn text(
    args: &Args,
    runner: &Runner<'_>,
    conformance: &Conformance,
    omitted: Omitted,
) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    write!(out, "{}", tally::text(conformance, args.missing))?;
    let (seeds, iterations) = (args.series.seeds, args.series.iterations);
    writeln!(
        out,
        "Each test ran with {} of {}, strategy {}.",
        quantity(seeds, "seed"),
        quantity(iterations, "iteration"),
        args.series.strategy.strategy.name()
    )?;
    if args.series.cpu.is_some() {
        let cpu = |(arch, cpu): (Arch, &str)| format!("{cpu} ({})", arch.herd_name());
        let cpus: Vec<String> = runner.cpus().map(cpu).collect();
        writeln!(out, "Emulated CPU: {}.", cpus.join(", "))?;
    }
    if conformance.sums().contains_key(&Arch::Ppc64le) {
        writeln!(
            out,
            "On PPC, `without load buffering` also excludes outcomes that need non-multi-copy-atomic stores."
        )?;
    }
    if omitted.by_cpu > 0 {
        writeln!(
            out,
            "{} omitted: the CPU lacks an instruction.",
            quantity(omitted.by_cpu, "test")
        )?;
    }
    if omitted.unsuitable > 0 {
        writeln!(
            out,
            "{} omitted: for CPUs with other single-copy atomicity of 16 bytes.",
            quantity(omitted.unsuitable, "test")
        )?;
    }
    if omitted.by_architecture > 0 {
        writeln!(
            out,
            "{} omitted: RISC-V's base ISA has no plain load or store with .aq or .rl.",
            quantity(omitted.by_architecture, "test")
        )?;
    }
    out.flush()
}

/// For programs.
fn json(
    args: &Args,
    runner: &Runner<'_>,
    conformance: &Conformance,
    omitted: Omitted,
    model: &ModelVersion,
) -> std::io::Result<()> {
    #[derive(Serialize)]
    struct Object<'a, T> {
        model: &'a ModelVersion,
        strategy: &'static str,
        seeds: u64,
        first_seed: u64,
        iterations: u64,
        cpus: BTreeMap<&'static str, &'a str>,
        tests_without_instruction: u64,
        tests_that_the_cpu_cannot_run: u64,
        tests_for_other_cpus: u64,
        #[serde(flatten)]
        conformance: T,
    }

    let object = Object {
        model,
        strategy: args.series.strategy.strategy.name(),
        seeds: args.series.seeds,
        first_seed: args.series.first_seed,
        iterations: args.series.iterations,
        cpus: runner
            .cpus()
            .map(|(arch, cpu)| (arch.herd_name(), cpu))
            .collect(),
        tests_without_instruction: omitted.by_architecture,
        tests_that_the_cpu_cannot_run: omitted.by_cpu,
        tests_for_other_cpus: omitted.unsuitable,
        conformance: tally::json(conformance, args.missing),
    };
    let text = serde_json::to_string_pretty(&object).expect("plain data");
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}
