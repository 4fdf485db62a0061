//! The errors of this crate: what is wrong with a cycle, a name or a step.

use crate::{Arch, Direction};

/// Why no test could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The architecture has no such relation.
    #[error(
        "`{relation}` is not a relation of {}{}; expected Rfe, Fre, Coe (or Rfi, Fri, Coi), \
         Po{{d,s}}{{R,W}}{{R,W}}{}, {}, each with two annotations or none",
        arch.herd_name(),
        elsewhere.map(|arch| format!(" (but of {})", arch.herd_name())).unwrap_or_default(),
        if crate::Dependency::all(*arch).is_empty() {
            ""
        } else {
            ", Dp{Addr,Data,Ctrl,…}{d,s}{R,W}"
        },
        crate::Fence::all(*arch)
            .first()
            .map(|fence| format!("a fence like {}dWW", fence.relation))
            .unwrap_or_default(),
    )]
    Relation {
        /// The relation.
        relation: String,
        /// The architecture.
        arch: Arch,
        /// Another architecture that has it.
        elsewhere: Option<Arch>,
    },
    /// An annotation on an access that cannot have it.
    #[error("`{relation}`: a {direction} cannot be annotated `{annotation}`")]
    Annotation {
        /// The relation.
        relation: String,
        /// The annotation.
        annotation: String,
        /// The access.
        direction: Direction,
    },
    /// Two neighbouring relations that disagree on the direction of their access.
    #[error(
        "`{before}` ends with a {target}, but `{after}`, which follows it, starts with a {origin}: \
         expected both to name the same access"
    )]
    Directions {
        /// The first relation.
        before: String,
        /// How it ends.
        target: Direction,
        /// The second relation.
        after: String,
        /// How it starts.
        origin: Direction,
    },
    /// Two neighbouring relations that annotate their access differently.
    #[error(
        "`{before}` and `{after}`, which follows it, annotate the access between them as \
         `{first}` and as `{second}`: expected the same, or no annotation on one of them"
    )]
    Conflict {
        /// The first relation.
        before: String,
        /// Its annotation.
        first: String,
        /// The second relation.
        after: String,
        /// Its annotation.
        second: String,
    },
    /// No relation between processors.
    #[error("`{cycle}` stays on one processor: expected at least one of Rfe, Fre, Coe")]
    NoExternal {
        /// The cycle.
        cycle: String,
    },
    /// The location changes once, so the cycle does not return to the first one.
    #[error(
        "`{cycle}` changes the location only at `{relation}`, so it never returns to the first one: \
         expected no change of location, or at least two"
    )]
    OneChange {
        /// The cycle.
        cycle: String,
        /// The relation.
        relation: String,
    },
    /// Too many relations.
    #[error("the cycle has {length} relations: expected 1 to {limit}")]
    Length {
        /// How many.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A processor needs more registers than there are.
    #[error(
        "processor {processor} needs more registers than {} has: use a shorter cycle",
        arch.herd_name()
    )]
    Registers {
        /// The processor.
        processor: usize,
        /// The architecture.
        arch: Arch,
    },
    /// A step that has no instruction.
    #[error("processor {processor}, step {step}: {message}")]
    Step {
        /// The processor.
        processor: usize,
        /// The step, from 0.
        step: usize,
        /// What is wrong, and what was expected.
        message: String,
    },
    /// No family of that name.
    #[error(
        "`{name}`: there is no family `{family}` of tests: expected a name like MP, SB or \
         MP+po+addr, or relations joined by `-`"
    )]
    Family {
        /// The name.
        name: String,
        /// Its family.
        family: String,
    },
    /// An unknown part of a name.
    #[error(
        "`{name}`: `{part}` is not a relation of {}: expected po, rfi, or a fence or dependency in lower case",
        arch.herd_name()
    )]
    Part {
        /// The name.
        name: String,
        /// The part.
        part: String,
        /// The architecture.
        arch: Arch,
    },
    /// The wrong number of parts.
    #[error(
        "`{name}` has {found} parts after its family: expected none, {expected}, or one that ends \
         with `s` and applies to all"
    )]
    Parts {
        /// The name.
        name: String,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
}
