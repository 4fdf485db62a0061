//! `overtake conformance`: the project's own suite as guests, held against what the architectures
//! allow.

mod show;
mod suite;
mod tally;
mod verdicts;

use std::io::Write as _;

use litmus::Arch;
use serde::Serialize;

use crate::cli::{ConformanceArgs, ConformanceFormat};
use crate::counted::counted;
use crate::error::Error;
use crate::litmus::machinery::Machinery;
use crate::litmus::show::{ModelVersion, model};
use crate::litmus::{held_against, status};
use suite::Suite;

pub use tally::Conformance;
pub use verdicts::{Verdict, Verdicts};

/// `overtake conformance`.
pub fn run(args: &ConformanceArgs) -> Result<u8, Error> {
    let Suite {
        tasks,
        verdicts,
        without_instruction,
    } = Suite::chosen(args)?;
    let machinery = Machinery::new(&args.series, &tasks)?;
    let results = machinery.run(tasks)?;
    let conformance = held_against(&verdicts, &results);
    match args.format {
        ConformanceFormat::Text => text(args, &conformance, without_instruction),
        ConformanceFormat::Json => {
            let model = model(args.series.model, &machinery.qemus)?;
            json(args, &conformance, without_instruction, &model)
        }
    }
    .map_err(Error::output)?;
    Ok(status(&conformance, &results))
}

/// For people.
fn text(
    args: &ConformanceArgs,
    conformance: &Conformance,
    without_instruction: u64,
) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    write!(out, "{}", conformance.shown(args.missing))?;
    let (seeds, iterations) = (args.series.seeds, args.series.iterations);
    writeln!(
        out,
        "Each test: {} of {} with the strategy {}.",
        counted(seeds, "seed"),
        counted(iterations, "iteration"),
        args.series.strategy.strategy.name()
    )?;
    if conformance.sums().contains_key(&Arch::Ppc64le) {
        writeln!(
            out,
            "On PPC `without load buffering` is also with multi-copy atomicity."
        )?;
    }
    if without_instruction > 0 {
        writeln!(
            out,
            "{} left out: a plain load or store with .aq or .rl has no instruction in RISC-V's base ISA.",
            counted(without_instruction, "test")
        )?;
    }
    out.flush()
}

/// For programs.
fn json(
    args: &ConformanceArgs,
    conformance: &Conformance,
    without_instruction: u64,
    model: &ModelVersion,
) -> std::io::Result<()> {
    #[derive(Serialize)]
    struct Object<'a, T> {
        model: &'a ModelVersion,
        strategy: &'static str,
        seeds: u64,
        first_seed: u64,
        iterations: u64,
        tests_without_instruction: u64,
        #[serde(flatten)]
        conformance: T,
    }

    let object = Object {
        model,
        strategy: args.series.strategy.strategy.name(),
        seeds: args.series.seeds,
        first_seed: args.series.first_seed,
        iterations: args.series.iterations,
        tests_without_instruction: without_instruction,
        conformance: conformance.json(args.missing),
    };
    let text = serde_json::to_string_pretty(&object).expect("plain data");
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}
