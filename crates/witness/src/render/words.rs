//! What all forms call things.

use crate::{Checked, Cure, Relation, Shrunk, Step, Story, Way, What};

/// What a litmus shape is called in full.
fn shape(name: &str) -> Option<&'static str> {
    Some(
        match name.split_once('+').map_or(name, |(shape, _)| shape) {
            "2" => "two threads store to the same two locations",
            "IRIW" => "independent reads of independent writes",
            "ISA2" => "message passing by way of a third thread",
            "LB" => "load buffering",
            "MP" => "message passing",
            "RWC" => "read to write causality",
            "SB" => "store buffering",
            "WRC" => "write to read causality",
            _ => return None,
        },
    )
}

/// A shape by its name and in full: `MP (message passing)`.
pub fn shape_in_full(name: &str) -> String {
    match shape(name) {
        Some(full) => format!("{name} ({full})"),
        None => name.to_owned(),
    }
}

/// Said where a cure is not to be had in Rust.
pub const NO_RUST: &str = "Rust has no such ordering";

/// What a relation is called in full.
pub fn relation(name: &str) -> &'static str {
    match name {
        "po" => "program order",
        "rf" => "reads from",
        "fr" => "read before it was written",
        "co" => "written before",
        _ => "comes before",
    }
}

/// How an order was turned round.
pub const fn way(way: Way) -> &'static str {
    match way {
        Way::StoreAfterStore => "turned round: the store became visible after a later store",
        Way::StoreAfterLoad => "turned round: the store became visible after a later load",
        Way::LoadOfThePast => "turned round: the later load read the past",
    }
}

/// What a step does: `store`, and `x = 4` if it is about memory.
pub fn action(what: &What) -> (&'static str, Option<String>) {
    let is = |location: &str, value: &str| Some(format!("{location} = {value}"));
    match what {
        What::Load {
            location, value, ..
        } => ("load", is(location, value)),
        What::Store {
            location, value, ..
        } => ("store", is(location, value)),
        What::Atomic { location, value } => ("atomic", is(location, value)),
        What::Barrier { .. } => ("barrier", None),
        What::Visible {
            location, value, ..
        } => ("becomes visible", is(location, value)),
    }
}

/// What a step is called: they are counted from 1.
pub const fn number(step: usize) -> usize {
    step.saturating_add(1)
}

/// A step in one line, for where there is no room for more: `2, src/a.rs:3`.
pub fn at(story: &Story, step: usize) -> String {
    let number = number(step);
    let place = story.steps.get(step).and_then(|step| step.place.as_ref());
    match place {
        Some(place) => match &place.line {
            Some(line) => format!("step {number}, {}:{}", line.file, line.line),
            None => format!("step {number}, {:#x}", place.pc),
        },
        None => format!("step {number}"),
    }
}

/// What an edge is for a cure that orders it.
pub fn ordered(story: &Story, cure: &Cure) -> Option<String> {
    let Relation { from, to, .. } = story.edges.get(cure.edge)?;
    Some(format!(
        "orders steps {} and {}",
        number(*from),
        number(*to)
    ))
}

/// Whether a cure helps; the sentence, and whether it is good news.
pub fn checked(checked: Checked) -> (String, bool) {
    match checked {
        Checked::Cures { seeds: 0 } => ("checked: this run no longer fails".into(), true),
        Checked::Cures { seeds } => {
            let seeds = count(seeds, "other seed");
            (
                format!("checked: neither this run nor {seeds} failed"),
                true,
            )
        }
        Checked::CuresThisRun { failed, seeds } => (
            format!("not enough: this run no longer fails, but {failed} of {seeds} other seeds do"),
            false,
        ),
        Checked::Fails => ("does not help: this run fails all the same".into(), false),
    }
}

/// What was left after shrinking.
pub fn shrunk(shrunk: &Shrunk) -> String {
    format!(
        "{} of {} kept back or left unseen, and {} of {} of threads, are left after {}.",
        shrunk.delays,
        count(shrunk.delays_before, "store"),
        shrunk.turns,
        count(shrunk.turns_before, "turn"),
        count(shrunk.runs, "run"),
    )
}

/// `1 run`, `2 runs`.
pub fn count(number: usize, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

/// The names of the columns, one at least.
pub fn columns(story: &Story) -> Vec<&str> {
    if story.threads.is_empty() {
        return vec!["thread"];
    }
    story
        .threads
        .iter()
        .map(|thread| thread.name.as_str())
        .collect()
}

/// The column of a step, one that is there.
pub fn column(story: &Story, step: &Step) -> usize {
    step.column.min(columns(story).len() - 1)
}

/// Stores that were kept back: the step of the store, and that at which it becomes visible.
pub fn kept_back(story: &Story) -> impl Iterator<Item = (usize, usize)> {
    story.steps.iter().enumerate().filter_map(|(store, step)| {
        let What::Store {
            visible: Some(visible),
            ..
        } = step.what
        else {
            return None;
        };
        (store < visible && visible < story.steps.len()).then_some((store, visible))
    })
}
