//! Parses a test: first line, description, initial state, program, condition.

mod condition;
mod initial;

use crate::Arch;
use crate::condition::{Condition, Proposition, Quantifier};
use crate::error::Error;
use crate::instruction;
use crate::source::{Source, Words};
use crate::test::{Processor, Test};

/// How many processors a test may have.
const MOST_PROCESSORS: usize = 16;

/// How many locations a test may have.
const MOST_LOCATIONS: usize = 32;

impl Test {
    /// Parses a test.
    ///
    /// # Errors
    ///
    /// It is malformed, or cannot be run.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let source = Source::new(text.trim_start_matches('\u{feff}'))?;
        let (arch, name, at) = first_line(&source)?;
        let open = description(&source, at)?;
        let close = source.text()[open..].find('}').map(|length| open + length);
        let close = close.ok_or_else(|| {
            Error::new(
                source.line(open),
                "the initial state has no end: close it with `}`",
            )
        })?;
        let mut test = Test {
            arch,
            name,
            locations: Vec::new(),
            processors: Vec::new(),
            observables: Vec::new(),
            condition: Condition {
                quantifier: Quantifier::ForAll,
                proposition: Proposition::Constant(true),
            },
            filter: None,
        };
        let registers = initial::read(&mut test, Words::new(&source, open + 1, close))?;
        let end = program(&mut test, &source, close + 1)?;
        for (line, processor, register) in registers {
            match test.processors.get_mut(processor) {
                Some(one) => one.registers.push(register),
                None => {
                    return Err(Error::new(
                        line,
                        format!("there is no processor {processor}"),
                    ));
                }
            }
        }
        condition::read(&mut test, Words::new(&source, end, source.text().len()))?;
        if test.locations.len() > MOST_LOCATIONS {
            return Err(Error::new(
                source.line(open),
                format!(
                    "there are {} locations: use at most {MOST_LOCATIONS}",
                    test.locations.len()
                ),
            ));
        }
        Ok(test)
    }
}

/// The architecture, the name, and the end of the line.
fn first_line(source: &Source) -> Result<(Arch, String, usize), Error> {
    let text = source.text();
    let begin = text.len() - text.trim_start().len();
    let end = text[begin..].find('\n').map_or(text.len(), |n| begin + n);
    let line = source.line(begin);
    let mut words = text[begin..end].split_whitespace();
    let known = Arch::ALL.map(Arch::herd_name).join(", ");
    let arch = words.next().ok_or_else(|| {
        Error::new(
            line,
            format!("the file is empty: start with one of {known}"),
        )
    })?;
    let arch = Arch::from_herd_name(arch).ok_or_else(|| {
        Error::new(
            line,
            format!("tests for `{arch}` are not supported: the first word must be one of {known}"),
        )
    })?;
    let name = words.next().ok_or_else(|| {
        let arch = arch.herd_name();
        Error::new(line, format!("the test has no name: write `{arch} NAME`"))
    })?;
    Ok((arch, name.to_owned(), end))
}

/// Skips the description, quoted or as `key=value`; returns where the initial state begins.
fn description(source: &Source, mut at: usize) -> Result<usize, Error> {
    let text = source.text();
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        if rest.starts_with('{') {
            return Ok(at);
        }
        let line = source.line(at);
        if let Some(quoted) = rest.strip_prefix('"') {
            let length = quoted.find('"').ok_or_else(|| {
                Error::new(line, "the description has no end: close it with `\"`")
            })?;
            at += length + 2;
            continue;
        }
        let end = rest.find('\n').unwrap_or(rest.len());
        let is_setting = rest[..end]
            .split_once('=')
            .is_some_and(|(key, _)| !key.trim().is_empty() && !key.contains(['{', ';', '|']));
        if !is_setting {
            return Err(Error::new(
                line,
                "expected a description in quotes, a line `Key=value`, or the initial state in `{}`",
            ));
        }
        at += end;
    }
}

/// Whether the program ends here: what follows is not a row of it.
fn ends_program(text: &str) -> bool {
    let word = |text: &str| {
        let length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        text[..length.unwrap_or(text.len())].to_owned()
    };
    let is_quantifier = |text: &str| {
        matches!(
            word(text).as_str(),
            "exists" | "forall" | "locations" | "filter" | "observed" | "final"
        )
    };
    match text.strip_prefix('~').or_else(|| text.strip_prefix("not")) {
        Some(rest) => word(rest.trim_start()) == "exists",
        None => text.is_empty() || is_quantifier(text),
    }
}

/// A cell of the program: its line and its text.
type Cell<'a> = (usize, &'a str);

/// Reads the program; returns where it ends.
fn program(test: &mut Test, source: &Source, mut at: usize) -> Result<usize, Error> {
    let text = source.text();
    let mut columns: Vec<Vec<Cell<'_>>> = Vec::new();
    let mut first = true;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if ends_program(&text[at..]) {
            break;
        }
        let line = source.line(at);
        let length = text[at..]
            .find(';')
            .ok_or_else(|| Error::new(line, "this row has no end: close it with `;`"))?;
        let row = &text[at..at + length];
        let mut place = at;
        let mut cells = Vec::new();
        for cell in row.split('|') {
            let blank = cell.len() - cell.trim_start().len();
            cells.push((source.line(place + blank), cell.trim()));
            place += cell.len() + 1;
        }
        at += length + 1;
        if first {
            first = false;
            header(&cells)?;
            columns = vec![Vec::new(); cells.len()];
            continue;
        }
        if cells.len() > columns.len() {
            return Err(Error::new(
                line,
                format!(
                    "this row has {} columns, but the header has {}",
                    cells.len(),
                    columns.len()
                ),
            ));
        }
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.push(cell);
        }
    }
    if columns.is_empty() {
        return Err(Error::new(
            source.line(at),
            "there is no program: expected a row like `P0 | P1 ;`",
        ));
    }
    for column in columns {
        let processor = processor(test.arch, &column)?;
        for statement in &processor.body {
            for name in statement.locations() {
                test.location_or_new(name);
            }
        }
        test.processors.push(processor);
    }
    Ok(at)
}

/// The first row must name the processors in order.
fn header(cells: &[Cell<'_>]) -> Result<(), Error> {
    if cells.len() > MOST_PROCESSORS {
        return Err(Error::new(
            cells[0].0,
            format!("there are more than {MOST_PROCESSORS} processors"),
        ));
    }
    for (index, (line, name)) in cells.iter().enumerate() {
        let number = name
            .strip_prefix(['P', 'p'])
            .map(|number| number.trim_end_matches(':').trim());
        if number != Some(index.to_string().as_str()) {
            return Err(Error::new(
                *line,
                format!("expected the processor `P{index}`, found `{name}`"),
            ));
        }
    }
    Ok(())
}

fn processor(arch: Arch, column: &[Cell<'_>]) -> Result<Processor, Error> {
    let mut known: Vec<&str> = Vec::new();
    for (line, cell) in column {
        for label in instruction::labels(cell).0 {
            if known.contains(&label) {
                return Err(Error::new(
                    *line,
                    format!("the label `{label}` is defined twice"),
                ));
            }
            known.push(label);
        }
    }
    let mut processor = Processor::default();
    for (line, cell) in column {
        if !cell.is_empty() {
            let statement = instruction::parse(arch, *line, cell, &known)?;
            processor.body.push(statement);
        }
    }
    Ok(processor)
}
