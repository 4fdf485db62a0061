//! A cycle of steps, with program order between them.

use overtake_report::trace::Event;

use super::access::{at, overlap};
use super::edges::{Kind, Step};
use super::program_order::ProgramOrder;
use super::shape::{self, Part};
use crate::{Cycle, Edge, Link};

/// The instructions of a cycle's edges, rotated so that the least comes first.
pub(super) type Key = Vec<(u64, u64, Option<Kind>)>;

/// A cycle, and the criteria by which it is ranked.
pub(super) struct Found {
    pub cycle: Cycle,
    pub key: Key,
    pub threads: usize,
    pub accesses: usize,
    /// Values that one thread wrote and another one read.
    pub read: usize,
    /// No thread accesses the same bytes twice.
    pub distinct: bool,
    pub polled: u32,
}

impl Found {
    /// The cycle of these steps; none if program order was kept everywhere.
    pub fn new(
        events: &[Event],
        program_order: &ProgramOrder,
        steps: &[Step],
        polled: u32,
    ) -> Option<Self> {
        let mut edges = Vec::new();
        let mut parts = Vec::new();
        for (index, &entering) in steps.iter().enumerate() {
            let leaving = steps[(index + 1) % steps.len()];
            let (from, to) = (entering.to(), leaving.from());
            if from != to {
                let link = program_order.link(entering, leaving);
                edges.push(Edge { from, to, link });
                parts.push(Part::Slot {
                    writes: [entering.kind.enters_write(), leaving.kind.leaves_write()],
                    same: overlap(at(events, from), at(events, to)),
                });
            }
            edges.push(Edge {
                from: to,
                to: leaving.to(),
                link: leaving.kind.link(),
            });
            parts.push(Part::Step(leaving.kind));
        }
        let reordered = edges.iter().any(|edge| {
            matches!(
                edge.link,
                Link::Program {
                    reordered: Some(_),
                    ..
                }
            )
        });
        if !reordered {
            return None;
        }
        let (shape, turn) = start(&parts);
        edges.rotate_left(turn);
        parts.rotate_left(turn);
        let steps = parts.iter().filter(|part| matches!(part, Part::Step(_)));
        let reads = parts
            .iter()
            .filter(|part| matches!(part, Part::Step(Kind::ReadsFrom)));
        Some(Self {
            key: key(events, &edges, &parts),
            threads: steps.count(),
            accesses: edges.len(),
            read: reads.count(),
            distinct: !parts
                .iter()
                .any(|part| matches!(part, Part::Slot { same: true, .. })),
            polled,
            cycle: Cycle { shape, edges },
        })
    }
}

/// The name of the cycle, and with which of its edges it starts: where its family starts, or at the
/// next edge of program order.
fn start(parts: &[Part]) -> (String, usize) {
    let slot = |from: usize| {
        let mut turns = (from..from + parts.len()).map(|it| it % parts.len());
        turns.find(|&it| matches!(parts[it], Part::Slot { .. }))
    };
    let (name, turn) = shape::name(parts);
    (name, slot(turn).unwrap_or(turn))
}

fn key(events: &[Event], edges: &[Edge], parts: &[Part]) -> Key {
    let pc = |event: usize| at(events, event).pc;
    let mut key: Key = edges
        .iter()
        .zip(parts)
        .map(|(edge, part)| {
            let kind = match part {
                Part::Step(kind) => Some(*kind),
                Part::Slot { .. } => None,
            };
            (pc(edge.from), pc(edge.to), kind)
        })
        .collect();
    let turns = (0..key.len()).map(|turn| {
        let mut rotated = key.clone();
        rotated.rotate_left(turn);
        rotated
    });
    if let Some(least) = turns.min() {
        key = least;
    }
    key
}
