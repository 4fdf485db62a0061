//! The rows of a matrix as they are printed.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use ring_race::cell::{Emulated, Wrong};
use ring_race::request::Request;
use ring_race::row::Row;

use crate::args::strategy;
use crate::invocation;
use crate::table::{Cell, Table};

/// The matrix as text: a table, the verdict, and a command that reproduces each exposure.
pub fn table(request: &Request, rows: &[Row], home: Option<(&str, String)>) -> String {
    let mut text = grid(request, rows).to_string();
    let _ = write!(
        text,
        "\nCells: seeds with stale events, of {} (stale events in total). Each run: {} events through {} \
         slots. First seed: {}.\n{}",
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
            text += "\nTo reproduce the first stale event of each cell:\n";
        }
        let _ = writeln!(text, "  {command}");
    }
    text
}

/// The matrix as JSON: one array, one object a line, without the verdict.
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

/// `2/10 (3)`: seeds with stale events, seeds tried, and stale events in total.
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

/// The verdict: whether every cell is as expected, and which ones are not.
pub fn verdict(rows: &[Row]) -> String {
    let red = AnsiColor::Red.on_default().bold();
    let green = AnsiColor::Green.on_default().bold();
    let wrong: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, row.wrong()?)))
        .collect();
    if wrong.is_empty() {
        return format!(
            "{green}As expected:{green:#} stale reads occur only where the ring lacks an ordering and \
             the architecture allows the reordering.\n"
        );
    }
    let mut text = String::new();
    for (row, wrong) in wrong {
        let what = match wrong {
            Wrong::Forbidden => "stale reads where none may occur",
            Wrong::NotExposed => {
                "no stale read where one is expected; try more --seeds or --events"
            }
        };
        let _ = writeln!(text, "{red}Wrong:{red:#} {}: {what}", row.cell());
    }
    text
}

/// The command that reproduces a stale read.
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
        command += " --model none  # not reproducible: may need several attempts";
    }
    command
}
