//! `overtake litmus`: litmus tests, each as a guest, and what came of them.

pub(crate) mod assemble;
mod guest;
pub(crate) mod machinery;
pub(crate) mod show;

use std::fs;
use std::path::PathBuf;

use litmus::{Arch, Test};

use crate::cli::{LitmusArgs, LitmusFormat};
use crate::conformance::{Conformance, Verdicts};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::target::Target;
use machinery::{Done, Machinery, Task};

/// The target that tests for an architecture run on.
pub const fn target(arch: Arch) -> Target {
    match arch {
        Arch::AArch64 => Target::Aarch64,
        Arch::Ppc64le => Target::Ppc64le,
        Arch::Riscv64 => Target::Riscv64,
        Arch::X86_64 => Target::X86_64,
    }
}

/// `overtake litmus`.
pub fn run(args: &LitmusArgs) -> Result<u8, Error> {
    let verdicts = Verdicts::read(&args.verdicts)?;
    let tasks: Vec<Task> = args.files.iter().map(read).collect();
    let machinery = Machinery::new(&args.series, &tasks)?;
    let results = machinery.run(tasks)?;

    let conformance = held_against(&verdicts, &results);
    let model = show::model(args.series.model, &machinery.qemus)?;
    let done = results.iter().flatten();
    match args.format {
        LitmusFormat::Text => show::text(done),
        LitmusFormat::Line => show::lines(done),
        LitmusFormat::Json => show::json(done, &model),
        LitmusFormat::None => Ok(()),
    }
    .map_err(Error::output)?;
    if !args.verdicts.is_empty() {
        let text = conformance.shown(args.missing);
        show::conformance(&text, args.format).map_err(Error::output)?;
    }
    Ok(status(&conformance, &results))
}

/// Holds what was seen against what the architectures allow.
pub(crate) fn held_against(verdicts: &Verdicts, results: &[Result<Done, Error>]) -> Conformance {
    let mut conformance = Conformance::default();
    for Done {
        test,
        histogram,
        iterations,
    } in results.iter().flatten()
    {
        if let Some(verdict) = verdicts.get(test.arch, &test.name) {
            let outcomes = histogram.outcomes.iter();
            let seen = outcomes.map(|(state, outcome)| (state.as_str(), outcome.count));
            conformance.add(test.arch, &test.name, verdict, *iterations, seen);
        }
    }
    conformance
}

/// Says which tests could not be run; the exit code.
pub(crate) fn status(conformance: &Conformance, results: &[Result<Done, Error>]) -> u8 {
    for error in results.iter().filter_map(|result| result.as_ref().err()) {
        crate::report(error);
    }
    if !conformance.conforms() {
        return ExitCode::Forbidden.code();
    }
    let first = results.iter().find_map(|result| result.as_ref().err());
    first.map_or(0, Error::status)
}

/// Reads a test.
fn read(file: &PathBuf) -> Task {
    let wrong = |line, message| Error::LitmusTest {
        file: file.clone(),
        line,
        message,
    };
    let text = fs::read_to_string(file)
        .map_err(|error| wrong(None, format!("the test cannot be read: {error}")));
    Task {
        file: file.clone(),
        test: text.and_then(|text| {
            Test::parse(&text).map_err(|error| wrong(Some(error.line), error.message))
        }),
    }
}
