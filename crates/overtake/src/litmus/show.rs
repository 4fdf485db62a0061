//! Prints the results of litmus tests.

use std::collections::BTreeMap;
use std::io::{self, Write};

use litmus::Histogram;
use litmus_runner::runner::ModelVersion;
use litmus_runner::task::Done;
use serde::Serialize;

/// litmus7's word for how often the condition held.
const fn observation(histogram: (u64, u64)) -> &'static str {
    match histogram {
        (0, _) => "Never",
        (_, 0) => "Always",
        _ => "Sometimes",
    }
}

/// Prints histograms in litmus7's format.
pub fn text<'a>(tests: impl Iterator<Item = &'a Done>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Done {
        test, histogram, ..
    } in tests
    {
        let condition = &test.condition;
        let (positive, negative) = histogram.witnesses();
        let validated = condition.quantifier.is_validated(positive, negative);
        writeln!(out, "Test {} {}", test.name, condition.quantifier.kind())?;
        writeln!(out, "Histogram ({} states)", histogram.outcomes.len())?;
        for (state, outcome) in &histogram.outcomes {
            let mark = if outcome.positive { '*' } else { ':' };
            let end = if state.is_empty() { "" } else { ";" };
            writeln!(out, "{:<8}{mark}>{state}{end}", outcome.count)?;
        }
        writeln!(out, "{}\n", if validated { "Ok" } else { "No" })?;
        writeln!(out, "Witnesses")?;
        writeln!(out, "Positive: {positive}, Negative: {negative}")?;
        writeln!(
            out,
            "Condition {} is {}validated",
            condition.shown(&test.observables),
            if validated { "" } else { "not " }
        )?;
        let word = observation((positive, negative));
        writeln!(
            out,
            "Observation {} {word} {positive} {negative}\n",
            test.name
        )?;
    }
    out.flush()
}

/// Prints a line for each test: `MP AArch64 Ok Sometimes 12 988: 1:X1=0; 1:X3=0 (812), …`.
pub fn lines<'a>(tests: impl Iterator<Item = &'a Done>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Done {
        test, histogram, ..
    } in tests
    {
        let (positive, negative) = histogram.witnesses();
        let validated = test.condition.quantifier.is_validated(positive, negative);
        let states = histogram.outcomes.iter();
        let states: Vec<_> = states
            .map(|(state, outcome)| format!("{state} ({})", outcome.count))
            .collect();
        writeln!(
            out,
            "{} {} {} {} {positive} {negative}: {}",
            test.name,
            test.arch.herd_name(),
            if validated { "Ok" } else { "No" },
            observation((positive, negative)),
            states.join(", ")
        )?;
    }
    out.flush()
}

/// Prints one JSON array, one object a line. `condition_seen`: the proposition of the condition held at least
/// once. `validated`: the condition as a whole, with its quantifier, held.
pub fn json<'a>(tests: impl Iterator<Item = &'a Done>, model: &ModelVersion) -> io::Result<()> {
    #[derive(Serialize)]
    struct Object<'a> {
        name: &'a str,
        arch: &'static str,
        iterations: u64,
        outcomes: BTreeMap<&'a str, u64>,
        condition: String,
        condition_seen: bool,
        validated: bool,
        model: &'a ModelVersion,
    }

    let lines: Vec<_> = tests
        .map(|done| {
            let Done {
                test,
                histogram: Histogram { outcomes },
                iterations,
            } = done;
            let (positive, negative) = done.histogram.witnesses();
            let object = Object {
                name: &test.name,
                arch: test.arch.herd_name(),
                iterations: *iterations,
                outcomes: outcomes
                    .iter()
                    .map(|(state, outcome)| (state.as_str(), outcome.count))
                    .collect(),
                condition: test.condition.shown(&test.observables),
                condition_seen: positive > 0,
                validated: test.condition.quantifier.is_validated(positive, negative),
                model,
            };
            serde_json::to_string(&object).expect("plain data")
        })
        .collect();
    let mut out = io::stdout().lock();
    if lines.is_empty() {
        writeln!(out, "[]")?;
    } else {
        writeln!(out, "[\n  {}\n]", lines.join(",\n  "))?;
    }
    out.flush()
}
