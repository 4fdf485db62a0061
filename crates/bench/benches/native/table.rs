//! The results as text and as JSON.

use std::fmt::Write;

use overtake_bench::sample::Sample;
use serde_json::{Value, json};

use crate::arena::Arena;
use crate::capacity::CAPACITY;

/// The names of the sides, in the order in which they are measured, and whether each is a peer.
pub const SIDES: [(&str, bool); 15] = [
    ("aio-ring, Release", false),
    ("aio-ring, Wmb", false),
    ("aio-ring, Release, 127 slots", false),
    ("rtrb", true),
    ("crossbeam-queue ArrayQueue", true),
    ("ringbuf", true),
    ("heapless spsc", true),
    ("copy: one line, compare, rereads", false),
    ("copy: one line, compare", false),
    ("copy: one line, compare, 127 slots", false),
    ("copy: one line, modulo", false),
    ("copy: one line, mask", false),
    ("copy: own lines, compare, rereads", false),
    ("copy: own lines, compare", false),
    ("copy: own lines, mask", false),
];

/// The cost of a property: its description, the side with it and the side without it.
const COSTS: [(&str, &str, &str); 7] = [
    (
        "rereading the other index at each event (not the ABI)",
        "copy: one line, compare, rereads",
        "copy: one line, compare",
    ),
    (
        "127 slots, no power of two, instead of 128",
        "copy: one line, compare, 127 slots",
        "copy: one line, compare",
    ),
    (
        "any number of slots: a comparison instead of a mask",
        "copy: one line, compare",
        "copy: one line, mask",
    ),
    (
        "any number of slots: a division instead of a mask",
        "copy: one line, modulo",
        "copy: one line, mask",
    ),
    (
        "head and tail on one line",
        "copy: one line, compare",
        "copy: own lines, compare",
    ),
    (
        "head and tail on one line, both reread",
        "copy: one line, compare, rereads",
        "copy: own lines, compare, rereads",
    ),
    (
        "all that the ABI fixes",
        "copy: one line, compare",
        "copy: own lines, mask",
    ),
];

/// The figures of a side, in nanoseconds for an event.
#[derive(Debug)]
pub struct Side {
    name: &'static str,
    is_peer: bool,
    median: f64,
    p95: f64,
}

impl Side {
    /// The figures of a sample.
    pub fn new(name: &'static str, is_peer: bool, sample: &Sample) -> Self {
        Self {
            name,
            is_peer,
            median: sample.median(),
            p95: sample.quantile(0.95),
        }
    }
}

/// The peer whose median is the least.
fn fastest_peer(sides: &[Side]) -> Option<&Side> {
    sides
        .iter()
        .filter(|side| side.is_peer)
        .min_by(|a, b| a.median.total_cmp(&b.median))
}

/// The ratio of two sides' medians.
fn ratio(sides: &[Side], with: &str, without: &str) -> Option<f64> {
    let median = |name| sides.iter().find(|side| side.name == name);
    Some(median(with)?.median / median(without)?.median)
}

/// Two tables.
pub fn text(sides: &[Side], arena: &Arena, rounds: usize) -> String {
    let mut text = format!(
        "{} events a round, {rounds} rounds, {} events fit; nanoseconds for an event\n\n",
        arena.events(),
        CAPACITY
    );
    // Writing to a string does not fail.
    if let Some(peer) = fastest_peer(sides) {
        let _ = writeln!(
            text,
            "{:36} {:>8} {:>8} {:>8}",
            "side",
            "median",
            "p95",
            format!("/{}", peer.name)
        );
        for side in sides {
            let Side {
                name, median, p95, ..
            } = side;
            let ratio = median / peer.median;
            let _ = writeln!(text, "{name:36} {median:8.2} {p95:8.2} {ratio:8.2}");
        }
    }
    let _ = writeln!(text, "\n{:54} {:>8}", "what it costs", "ratio");
    for (what, with, without) in COSTS {
        if let Some(ratio) = ratio(sides, with, without) {
            let _ = writeln!(text, "{what:54} {ratio:8.2}");
        }
    }
    if arena.cut_off() > 0 {
        let _ = writeln!(
            text,
            "\nThe machine was busy: {} of {} rounds were cut off. Measure again when it is quieter.",
            arena.cut_off(),
            sides.len() * rounds
        );
    }
    text
}

/// The same as JSON.
pub fn json(sides: &[Side], arena: &Arena, rounds: usize) -> Value {
    let peer = fastest_peer(sides);
    let listed: Vec<Value> = sides
        .iter()
        .map(|side| {
            json!({
                "side": side.name,
                "peer": side.is_peer,
                "median_ns": side.median,
                "p95_ns": side.p95,
                "to_fastest_peer": peer.map(|peer| side.median / peer.median),
            })
        })
        .collect();
    let costs: Vec<Value> = COSTS
        .iter()
        .map(|&(what, with, without)| {
            json!({
                "what": what,
                "with": with,
                "without": without,
                "ratio": ratio(sides, with, without),
            })
        })
        .collect();
    json!({
        "events": arena.events(),
        "rounds": rounds,
        "rounds_cut_off": arena.cut_off(),
        "capacity": CAPACITY,
        "fastest_peer": peer.map(|peer| peer.name),
        "sides": listed,
        "costs": costs,
    })
}
