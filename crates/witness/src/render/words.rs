//! The words that all forms share.

use crate::{Checked, Cure, Interleaving, Phase, Relation, Reordering, Shrunk, Step, Story, What};

/// A litmus shape's name in full.
fn shape(name: &str) -> Option<&'static str> {
    Some(
        match name.split_once('+').map_or(name, |(shape, _)| shape) {
            "2" => "two threads store to the same two locations",
            "IRIW" => "independent reads of independent writes",
            "ISA2" => "message passing through a third thread",
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

/// What kind of failure it is: a label, and what it says.
pub fn cause(story: &Story) -> (&'static str, String) {
    match &story.interleaving {
        Some(interleaving) if interleaving.alone => (
            "cause",
            "fails under sequential consistency: interleaving alone".to_owned(),
        ),
        Some(_) => (
            "cause",
            "fails with reordered accesses; no cycle of them was found".to_owned(),
        ),
        None => ("shape", shape_in_full(&story.shape)),
    }
}

/// The shape, or what there is in its place.
pub fn short(story: &Story) -> &str {
    match &story.interleaving {
        Some(interleaving) if interleaving.alone => "interleaving alone",
        Some(_) => "no cycle",
        None => &story.shape,
    }
}

/// The same, with the shape's name in full.
pub fn in_full(story: &Story) -> String {
    match story.interleaving {
        Some(_) => short(story).to_owned(),
        None => shape_in_full(&story.shape),
    }
}

/// The heading above what the steps of an interleaving show.
pub const fn interleaving(interleaving: &Interleaving) -> &'static str {
    if interleaving.unsynchronised.is_some() {
        "Why it fails: two accesses that nothing orders"
    } else {
        "What is known"
    }
}

/// Stands in place of the Rust form of a fix that has none.
pub const NO_RUST: &str = "Rust has no such ordering";

/// A relation's name in full.
pub fn relation(name: &str) -> &'static str {
    match name {
        "po" => "program order",
        "rf" => "reads from",
        "fr" => "from-read",
        "co" => "coherence order",
        _ => "ordered before",
    }
}

/// How two accesses were reordered.
pub const fn reordering(reordering: Reordering) -> &'static str {
    match reordering {
        Reordering::EarlyStore => "reordered: the store became visible before the load was done",
        Reordering::StoreAfterStore => "reordered: the store became visible after a later store",
        Reordering::StoreAfterLoad => "reordered: the store became visible after a later load",
        Reordering::StaleLoad => "reordered: the later load returned a stale value",
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

/// The number of a step, from 1.
pub const fn number(step: usize) -> usize {
    step.saturating_add(1)
}

/// A step in a few words: `step 2, src/a.rs:3`.
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

/// Which steps a fix orders.
pub fn ordered(story: &Story, cure: &Cure) -> Option<String> {
    let Relation { from, to, .. } = story.edges.get(cure.edge)?;
    Some(format!(
        "orders steps {} and {}",
        number(*from),
        number(*to)
    ))
}

/// Whether a fix helps, as a sentence, and whether that is good news.
pub fn checked(checked: Checked) -> (String, bool) {
    match checked {
        Checked::Cures { seeds: 0 } => ("checked: this run no longer fails".into(), true),
        Checked::Cures { seeds } => {
            let seeds = count(seeds, "other seed", "other seeds");
            (
                format!("checked: neither this run nor {seeds} failed"),
                true,
            )
        }
        Checked::CuresThisRun { failed, seeds } => (
            format!("not enough: this run no longer fails, but {failed} of {seeds} other seeds do"),
            false,
        ),
        Checked::Fails => ("does not help: this run still fails".into(), false),
    }
}

/// What minimising left of the run.
pub fn shrunk(shrunk: &Shrunk) -> String {
    let delays = |number| {
        count(
            number,
            "delay of a store or a read",
            "delays of stores or reads",
        )
    };
    let turns = |number| count(number, "turn of a thread", "turns of threads");
    let runs = count(shrunk.runs, "run", "runs");
    if shrunk.other {
        return format!(
            "Another run fails in the same way with {} and {}, found after {runs}. The first one had {} and {}.",
            count(
                shrunk.delays,
                "early or delayed store or stale read",
                "early or delayed stores or stale reads"
            ),
            turns(shrunk.turns),
            shrunk.delays_before,
            shrunk.turns_before,
        );
    }
    format!(
        "{} of {} and {} of {} remain after {runs}.",
        shrunk.delays,
        delays(shrunk.delays_before),
        shrunk.turns,
        turns(shrunk.turns_before),
    )
}

/// What a part of an explanation cost: `minimising: 12 runs, 1.4 s`.
pub fn phase(phase: &Phase) -> String {
    format!(
        "{}: {}, {}.{} s",
        phase.name,
        count(phase.trials, "run", "runs"),
        phase.tenths / 10,
        phase.tenths % 10
    )
}

/// `1 run`, `2 runs`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The names of the columns, at least one.
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

/// The column of a step, clamped to those that exist.
pub fn column(story: &Story, step: &Step) -> usize {
    step.column.min(columns(story).len() - 1)
}

/// Pending stores: the step of each store, and the later step at which it becomes visible.
pub fn pending_stores(story: &Story) -> impl Iterator<Item = (usize, usize)> {
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
