//! Parses a test: first line, description, initial state, program, condition.

mod condition;
mod initial;

use crate::Arch;
use crate::condition::{Condition, Proposition, Quantifier};
use crate::error::{Error, Position};
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
        let close = closing(source.text(), open);
        let close = close.ok_or_else(|| {
            Error::new(
                source.position(open),
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
        for (position, processor, register) in registers {
            match test.processors.get_mut(processor) {
                Some(one) => one.registers.push(register),
                None => {
                    return Err(Error::new(
                        position,
                        format!("there is no processor {processor}"),
                    ));
                }
            }
        }
        // What follows `<<` is not of the test.
        let last = source.text()[end..].find("<<").map(|length| end + length);
        let last = last.unwrap_or(source.text().len());
        condition::read(&mut test, Words::new(&source, end, last))?;
        if test.locations.len() > MOST_LOCATIONS {
            return Err(Error::new(
                source.position(open),
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
    let position = source.position(begin);
    let line = &text[begin..end];
    let known = Arch::ALL.map(Arch::herd_name).join(", ");
    if line.is_empty() {
        let why = format!("the file is empty: start with one of {known}");
        return Err(Error::new(position, why));
    }
    let word = |text: &str| text.find(char::is_whitespace).unwrap_or(text.len());
    let (arch, rest) = line.split_at(word(line));
    let arch = Arch::from_herd_name(arch).ok_or_else(|| {
        Error::new(
            position,
            format!("tests for `{arch}` are not supported: the first word must be one of {known}"),
        )
    })?;
    let rest = rest.trim_start();
    let (name, rest) = rest.split_at(word(rest));
    if name.is_empty() {
        let why = format!("the test has no name: write `{} NAME`", arch.herd_name());
        return Err(Error::new(position, why));
    }
    // A name in brackets, a description, or the initial state may follow.
    let after = end - rest.len();
    Ok((arch, name.to_owned(), after))
}

/// Where the brace at `open` is closed.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (length, c) in text[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(open + length),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Skips what precedes the initial state; returns where that begins. As herd7 does, takes anything up to a
/// brace, but for braces in a quoted description and in a line `key=value`.
fn description(source: &Source, mut at: usize) -> Result<usize, Error> {
    let text = source.text();
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        if rest.starts_with('{') {
            return Ok(at);
        }
        if rest.is_empty() {
            return Err(Error::new(
                source.position(at),
                "expected a description in quotes, a line `Key=value`, or the initial state in `{}`",
            ));
        }
        if let Some(length) = quoted(rest) {
            at += length;
            continue;
        }
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let is_setting = line
            .split_once('=')
            .is_some_and(|(key, _)| is_key(key.trim()));
        at += match line.find('{') {
            Some(brace) if !is_setting => brace,
            _ => line.len(),
        };
    }
}

/// The length of a text in quotes, if it is closed before the initial state.
fn quoted(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('"')?;
    let length = inner.find('"')?;
    let mut lines = inner[..length].lines();
    let meets_state = lines.any(|line| line.trim_start().starts_with('{'));
    (!meets_state).then_some(length + 2)
}

/// Whether a line may begin with this and `=`.
fn is_key(key: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-');
    key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(is_part)
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
            "exists" | "forall" | "locations" | "filter" | "observed" | "Observed" | "final"
        )
    };
    match text.strip_prefix('~').or_else(|| text.strip_prefix("not")) {
        Some(rest) => word(rest.trim_start()) == "exists",
        None => text.is_empty() || text.starts_with(['(', '<']) || is_quantifier(text),
    }
}

/// A cell of the program: its place and its text.
type Cell<'a> = (Position, &'a str);

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
        let position = source.position(at);
        let length = text[at..]
            .find(';')
            .ok_or_else(|| Error::new(position, "this row has no end: close it with `;`"))?;
        let row = &text[at..at + length];
        let mut place = at;
        let mut cells = Vec::new();
        for cell in row.split('|') {
            let blank = cell.len() - cell.trim_start().len();
            cells.push((source.position(place + blank), cell.trim()));
            place += cell.len() + 1;
        }
        at += length + 1;
        if first && row.trim().is_empty() {
            continue;
        }
        if first {
            first = false;
            header(&cells)?;
            columns = vec![Vec::new(); cells.len()];
            continue;
        }
        if cells.len() > columns.len() {
            return Err(Error::new(
                position,
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
            source.position(at),
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
    for (index, (position, name)) in cells.iter().enumerate() {
        // Annotations of a processor may follow a colon.
        let plain = name.split(':').next().unwrap_or_default();
        let number = plain.strip_prefix(['P', 'p']).map(str::trim);
        if number != Some(index.to_string().as_str()) {
            return Err(Error::new(
                *position,
                format!("expected the processor `P{index}`, found `{name}`"),
            ));
        }
    }
    Ok(())
}

fn processor(arch: Arch, column: &[Cell<'_>]) -> Result<Processor, Error> {
    let mut known: Vec<&str> = Vec::new();
    for (position, cell) in column {
        for label in instruction::labels(cell).0 {
            if known.contains(&label) {
                return Err(Error::new(
                    *position,
                    format!("the label `{label}` is defined twice"),
                ));
            }
            known.push(label);
        }
    }
    let mut processor = Processor::default();
    for (position, cell) in column {
        if !cell.is_empty() {
            let statement = instruction::parse(arch, *position, cell, &known)?;
            processor.body.push(statement);
        }
    }
    Ok(processor)
}
