//! The rows of a matrix as they are printed.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use ring_race::cell::{Emulated, Wrong};
use ring_race::request::Request;
use ring_race::row::Row;

use crate::args::strategy;
use crate::invocation;
use crate::table::{Cell, Table};

/// The matrix for people: a table, the verdict, and how to see each exposure again.
pub fn table(request: &Request, rows: &[Row], home: Option<(&str, String)>) -> String {
    let mut text = grid(request, rows).to_string();
    let _ = write!(
        text,
        "\nSeeds with stale events, of {} (stale events in all). {} events through {} slots a run, \
         seeds from {}.\n{}",
        request.seeds,
        request.events,
        request.slots,
        request.from_seed,
        verdict(rows)
    );
    let exposed = rows
        .iter()
        .filter_map(|row| Some(again(request, row, row.first_seed?, home.as_ref())));
    for (index, command) in exposed.enumerate() {
        if index == 0 {
            text += "\nThe first of each again:\n";
        }
        let _ = writeln!(text, "  {command}");
    }
    text
}

/// The matrix for programs: one array, an object a line. The verdict is not in it.
pub fn json(rows: &[Row]) -> String {
    let lines: Vec<_> = rows
        .iter()
        .map(|row| serde_json::to_string(row).expect("plain data"))
        .collect();
    format!("[\n  {}\n]\n", lines.join(",\n  "))
}

fn grid(request: &Request, rows: &[Row]) -> Table {
    let mut table = Table::new("variant");
    for target in &request.targets {
        table.group(
            target.name(),
            request.emulations.iter().map(|one| one.name()),
        );
    }
    for variant in &request.variants {
        // The rows of a variant are in the order of the columns.
        let cells = rows.iter().filter(|row| row.variant == *variant).map(cell);
        table.row(variant.name(), cells);
    }
    table
}

/// How many seeds of how many gave stale events, and how many events those were.
pub fn exposure(row: &Row) -> String {
    let mut text = format!("{}/{}", row.exposed_seeds, row.seeds);
    if row.stale_events > 0 {
        text += &format!(" ({})", row.stale_events);
    }
    text
}

fn cell(row: &Row) -> Cell {
    let text = exposure(row);
    let style = match (row.wrong(), row.exposed_seeds) {
        (Some(_), _) => AnsiColor::Red.on_default().bold(),
        (None, 0) => Style::new(),
        (None, _) => AnsiColor::Yellow.on_default().bold(),
    };
    Cell { text, style }
}

/// The verdict: whether every cell is as the architectures say, and which are not.
pub fn verdict(rows: &[Row]) -> String {
    let red = AnsiColor::Red.on_default().bold();
    let green = AnsiColor::Green.on_default().bold();
    let wrong: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, row.wrong()?)))
        .collect();
    if wrong.is_empty() {
        return format!(
            "{green}As the architectures say:{green:#} stale reads only where an ordering is \
             missing and a store may overtake a store.\n"
        );
    }
    let mut text = String::new();
    for (row, wrong) in wrong {
        let what = match wrong {
            Wrong::Forbidden => "stale reads where there must be none",
            Wrong::NotExposed => {
                "no stale read where there must be one; try more --seeds or --events"
            }
        };
        let _ = writeln!(text, "{red}Wrong:{red:#} {}: {what}", row.cell());
    }
    text
}

/// The command that shows a stale read again.
fn again(request: &Request, row: &Row, seed: u64, home: Option<&(&str, String)>) -> String {
    let mut command = format!(
        "{} run --target {} --variant {} --events {} --slots {} --seed {seed}",
        invocation::name(),
        row.target,
        row.variant,
        request.events,
        request.slots
    );
    if let (Some(strategy), Emulated::Weak) = (strategy::again(request.strategy), row.emulated) {
        command += &format!(" --strategy {strategy}");
    }
    if let Some((name, home)) = home {
        command += &format!(" {name} {}", shell_words::quote(home));
    }
    if row.emulated == Emulated::Plain {
        command += " --model none  # if luck will have it";
    }
    command
}
