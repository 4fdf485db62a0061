//! A cycle of accesses.

use serde::Serialize;

/// Accesses in an order that no interleaving gives: each is ordered before the next, and the last
/// one before the first.
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
    /// The earlier access.
    pub from: usize,
    /// The later access.
    pub to: usize,
    /// Why they are in this order.
    pub link: Link,
}

/// Why an access is ordered before another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Program order: both are of one thread. The architecture may reorder them.
    Program {
        /// How the two were reordered in this run; `None`: they were not.
        reordered: Option<Reordering>,
        /// A barrier (an index of an event) that would order the two, but stands right after `to`, or
        /// right before `from`, with no other access between.
        misplaced: Option<usize>,
    },
    /// Reads-from: the second reads what the first wrote.
    ReadsFrom,
    /// From-read: the first reads a value that the second overwrites.
    FromRead,
    /// Coherence order: both write, and the first write becomes visible earlier.
    Coherence,
}

/// How two accesses of one thread were reordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reordering {
    /// A store became visible before an earlier load of its thread was done (load buffering).
    EarlyStore,
    /// A store became visible after a later store of its thread.
    StoreAfterStore,
    /// A store became visible after a later load of its thread was done.
    StoreAfterLoad,
    /// A load returned a stale value, although an earlier load of its thread had returned a newer
    /// one.
    #[serde(rename = "load-of-the-past")]
    StaleLoad,
}
