//! The matrix as it is printed.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Plan;
use super::cells::{Emulated, Row, Wrong};
use crate::table::{Cell, Table};

/// The matrix for people: a table, the verdict, and how to see each exposure again.
pub fn table(plan: &Plan, rows: &[Row]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    write!(out, "{}", grid(plan, rows))?;
    writeln!(out)?;
    writeln!(
        out,
        "Seeds with stale events, of {} (stale events in all). {} events through {} slots a run, \
         seeds from {}.",
        plan.seeds, plan.events, plan.slots, plan.first_seed
    )?;
    write!(out, "{}", judgement(rows))?;
    let exposed: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, row.first_seed?)))
        .collect();
    if !exposed.is_empty() {
        writeln!(out, "\nThe first of each again:")?;
        for (row, seed) in exposed {
            writeln!(out, "  {}", again(plan, row, seed))?;
        }
    }
    out.flush()
}

/// The matrix for programs: one array, an object a line. The verdict goes to standard error.
pub fn json(rows: &[Row]) -> io::Result<()> {
    let lines: Vec<_> = rows
        .iter()
        .map(|row| serde_json::to_string(row).expect("plain data"))
        .collect();
    let mut out = io::stdout().lock();
    writeln!(out, "[\n  {}\n]", lines.join(",\n  "))?;
    out.flush()?;
    anstream::eprint!("{}", judgement(rows));
    Ok(())
}

fn grid(plan: &Plan, rows: &[Row]) -> Table {
    let mut table = Table::new("variant");
    for target in &plan.targets {
        table.group(target.name(), plan.emulations.iter().map(|one| one.name()));
    }
    for variant in &plan.variants {
        // The rows of a variant are in the order of the columns.
        let cells = rows.iter().filter(|row| row.variant == *variant).map(cell);
        table.row(variant.name(), cells);
    }
    table
}

fn cell(row: &Row) -> Cell {
    let mut text = format!("{}/{}", row.exposed_seeds, row.seeds);
    if row.stale_events > 0 {
        text += &format!(" ({})", row.stale_events);
    }
    let style = match (row.wrong(), row.exposed_seeds) {
        (Some(_), _) => AnsiColor::Red.on_default().bold(),
        (None, 0) => Style::new(),
        (None, _) => AnsiColor::Yellow.on_default().bold(),
    };
    Cell { text, style }
}

/// Whether everything is as it must be, and what is not.
fn judgement(rows: &[Row]) -> String {
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
        text += &format!(
            "{red}Wrong:{red:#} {}, {}, {}: {what}\n",
            row.target,
            row.variant,
            row.emulated.name()
        );
    }
    text
}

/// The command that shows a stale read again.
fn again(plan: &Plan, row: &Row, seed: u64) -> String {
    let mut command = format!(
        "{} run --target {} --variant {} --events {} --slots {} --seed {seed}",
        crate::invocation::name(),
        row.target,
        row.variant,
        plan.events,
        plan.slots
    );
    if let (Some(strategy), Emulated::Weak) = (plan.strategy_again, row.emulated) {
        command += &format!(" --strategy {strategy}");
    }
    if let Some((name, home)) = &plan.home {
        command += &format!(" {name} {}", shell_words::quote(home));
    }
    if row.emulated == Emulated::Plain {
        command += " --model none  # if luck will have it";
    }
    command
}
