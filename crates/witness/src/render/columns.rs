//! The steps of a story laid out like a litmus test: a column for each thread, time downwards.

use std::iter::repeat_n;

use super::facts;
use super::words;
use super::wrap::{Line, Role};
use crate::{Step, Story};

/// The least width of a column whose text is longer. If a column would be narrower, threads are
/// shown one below the other.
const NARROW: usize = 34;

/// Between columns.
const RULE: &str = " │ ";

/// How much the facts below an action are indented.
const INDENT: usize = 2;

/// The steps in lines of at most so many columns.
pub fn steps(story: &Story, width: usize) -> Vec<Line> {
    let blocks: Vec<Vec<Line>> = story
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| block(index, step))
        .collect();
    let number = digits(story.steps.len());
    match widths(story, &blocks, width.saturating_sub(number + 1)) {
        Some(widths) => beside(story, &blocks, number, &widths),
        None => below(story, &blocks, number, width),
    }
}

/// A step: what it does, and below it where it is in the code.
fn block(index: usize, step: &Step) -> Vec<Line> {
    let mut lines = vec![facts::action(index, step)];
    for detail in step.place.iter().flat_map(facts::details) {
        let indented = Line::of(Role::Plain, &" ".repeat(INDENT));
        let add = |line: Line, span: super::wrap::Span| line.and(span.role, &span.text);
        lines.push(detail.0.into_iter().fold(indented, add));
    }
    lines
}

fn digits(number: usize) -> usize {
    number.to_string().len()
}

/// How wide each column is, so that all fit; none if one is too narrow.
fn widths(story: &Story, blocks: &[Vec<Line>], width: usize) -> Option<Vec<usize>> {
    let names = words::columns(story);
    let mut wanted: Vec<usize> = names
        .iter()
        .map(|name| Line::of(Role::Strong, name).width())
        .collect();
    for (step, lines) in story.steps.iter().zip(blocks) {
        let widest = lines.iter().map(Line::width).max().unwrap_or(0);
        let column = &mut wanted[words::column(story, step)];
        *column = widest.max(*column);
    }
    // Before each column stands the mark of a pending store.
    let between = RULE.chars().count() * (names.len() - 1) + 2 * names.len();
    let mut left = width.checked_sub(between)?;

    // A column that wants less than an equal share gets it; the others share the rest.
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&i| wanted[i]);
    let mut given = vec![0; wanted.len()];
    for (done, &i) in order.iter().enumerate() {
        let share = left / (wanted.len() - done);
        given[i] = wanted[i].min(share);
        if given[i] < wanted[i].min(NARROW) {
            return None;
        }
        left -= given[i];
    }
    Some(given)
}

/// Columns beside each other.
fn beside(story: &Story, blocks: &[Vec<Line>], number: usize, widths: &[usize]) -> Vec<Line> {
    let mut head = Row::new(number, "");
    let mut rule = String::from(&"─".repeat(number));
    for (i, (name, &width)) in words::columns(story).iter().zip(widths).enumerate() {
        head.cell(i, width, "", &Line::of(Role::Strong, name));
        rule.push_str(if i == 0 { "" } else { "─┼" });
        rule.push_str(&"─".repeat(width + 3));
    }
    let mut out = vec![head.line, Line::of(Role::Dim, &rule)];

    for (index, (step, lines)) in story.steps.iter().zip(blocks).enumerate() {
        let column = words::column(story, step);
        let wrapped = lines
            .iter()
            .flat_map(|line| line.wrapped(widths[column], 2 * INDENT));
        // A blank line below each step but the last one.
        let blank = usize::from(index + 1 < story.steps.len());
        for (nth, line) in wrapped.chain(repeat_n(Line::default(), blank)).enumerate() {
            let label = if nth == 0 {
                (index + 1).to_string()
            } else {
                String::new()
            };
            let mut row = Row::new(number, &label);
            for (i, &width) in widths.iter().enumerate() {
                let text = if i == column {
                    line.clone()
                } else {
                    Line::default()
                };
                row.cell(i, width, mark(story, i, index, nth), &text);
            }
            out.push(row.line);
        }
    }
    out
}

/// The mark before a line of a column while a store of its thread is pending.
fn mark(story: &Story, column: usize, step: usize, nth: usize) -> &'static str {
    let pending = words::pending_stores(story)
        .filter(|&(store, _)| words::column(story, &story.steps[store]) == column);
    let (mut begins, mut ends, mut goes_on) = (false, false, false);
    for (store, visible) in pending {
        begins |= store == step;
        ends |= visible == step;
        goes_on |= store < step && step < visible;
    }
    match (begins, ends, goes_on) {
        (true, false, false) if nth == 0 => "┌",
        (false, true, false) if nth == 0 => "└",
        (true, ..) | (_, true, _) if nth == 0 => "├",
        (false, _, false) => "",
        _ => "┆",
    }
}

/// A line of the table.
struct Row {
    line: Line,
    owed: usize,
}

impl Row {
    fn new(number: usize, label: &str) -> Self {
        let line = Line::of(Role::Dim, label);
        let owed = number + 1 - line.width();
        Row { line, owed }
    }

    fn put(&mut self, line: Line, width: usize) {
        let owed = std::mem::take(&mut self.owed);
        self.owed = width.saturating_sub(line.width());
        if line.width() == 0 {
            self.owed += owed;
            return;
        }
        let mut all = std::mem::take(&mut self.line).and(Role::Plain, &" ".repeat(owed));
        for span in line.0 {
            all = all.and(span.role, &span.text);
        }
        self.line = all;
    }

    fn cell(&mut self, column: usize, width: usize, mark: &str, text: &Line) {
        if column > 0 {
            self.put(Line::of(Role::Dim, RULE.trim_end()), RULE.chars().count());
        }
        self.put(Line::of(Role::Dim, mark), 2);
        self.put(text.clone(), width);
    }
}

/// One step below the other, each with its thread's name.
fn below(story: &Story, blocks: &[Vec<Line>], number: usize, width: usize) -> Vec<Line> {
    let names = words::columns(story);
    let mut out = Vec::new();
    for (index, (step, lines)) in story.steps.iter().zip(blocks).enumerate() {
        if index > 0 {
            out.push(Line::default());
        }
        let label = format!("{}. ", index + 1);
        out.push(Line::of(Role::Dim, &label).and(Role::Plain, names[words::column(story, step)]));
        let indent = number + 1;
        for line in lines {
            for wrapped in line.wrapped(width.saturating_sub(indent), 2 * INDENT) {
                let mut row = Row::new(number, "");
                row.put(wrapped, 0);
                out.push(row.line);
            }
        }
    }
    out
}
