//! A cycle of accesses.

use serde::Serialize;

/// Accesses in an order that no interleaving gives: each comes before the next, and the last one
/// before the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// The name of the shape in the literature (MP, SB, 2+2W …), or its relations where it has
    /// none (`PodWW Rfe PodRR Fre`).
    pub shape: String,
    /// The edges, in order. The first one is program order, and no two edges of program order are
    /// neighbours.
    pub edges: Vec<Edge>,
}

/// One step of a cycle. Both ends are indices into [`overtake_report::trace::Trace::events`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The access that comes before.
    pub from: usize,
    /// The access that comes after.
    pub to: usize,
    /// Why.
    pub link: Link,
}

/// Why an access comes before another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// They are of one thread, in this order. It is the architecture that may not keep it.
    Program {
        /// How the order was turned round in this run; `None`: it was kept.
        turned: Option<Way>,
        /// A barrier of the thread (an index of an event) that would order the two and stands right
        /// behind `to`, or else right before `from`, with no other access between.
        misplaced: Option<usize>,
    },
    /// The second one reads what the first one wrote.
    ReadsFrom,
    /// The first one reads what was there before the second one wrote.
    FromRead,
    /// Both write, and the first write becomes visible earlier.
    Coherence,
}

/// How two accesses of one thread were turned round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// A store became visible after a later store of its thread.
    StoreAfterStore,
    /// A store became visible after a later load of its thread was done.
    StoreAfterLoad,
    /// A load read the past, although an earlier load of its thread had read what came later.
    LoadOfThePast,
}
