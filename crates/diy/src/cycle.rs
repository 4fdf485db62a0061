//! A checked cycle of relations: which access follows which, on which processor and location.

use std::fmt;

use crate::{Annotation, Arch, Direction, Error, Relation, Test};

/// How many relations a cycle may have.
const LIMIT: usize = 24;

/// A cycle of relations that fit together. Its last relation is between processors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    arch: Arch,
    relations: Vec<Relation>,
}

/// An access of a cycle: the source of the relation with the same index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) direction: Direction,
    pub(crate) annotation: Annotation,
    pub(crate) processor: usize,
    pub(crate) location: usize,
    /// Whether its annotation is RCpc.
    pub(crate) pc: bool,
}

impl Cycle {
    /// Parses a line like `PodWW Rfe PodRR Fre`.
    ///
    /// # Errors
    ///
    /// If a relation is unknown, or they do not fit together.
    pub fn parse(arch: Arch, line: &str) -> Result<Cycle, Error> {
        let relations = line
            .split_whitespace()
            .map(|text| Relation::parse(arch, text))
            .collect::<Result<Vec<_>, _>>()?;
        Cycle::new(arch, relations)
    }

    /// The cycle of these relations.
    ///
    /// # Errors
    ///
    /// If they do not fit together.
    pub fn new(arch: Arch, mut relations: Vec<Relation>) -> Result<Cycle, Error> {
        if relations.is_empty() || relations.len() > LIMIT {
            return Err(Error::Length {
                length: relations.len(),
                limit: LIMIT,
            });
        }
        let join = |relations: &[Relation]| {
            let texts = relations.iter().map(|relation| relation.text(arch));
            texts.collect::<Vec<_>>().join(" ")
        };
        for (before, after) in neighbours(&relations) {
            check(arch, before, after)?;
        }
        let Some(last) = relations.iter().rposition(Relation::is_external) else {
            return Err(Error::NoExternal {
                cycle: join(&relations),
            });
        };
        let mut changes = relations.iter().filter(|one| !one.same_location);
        if let (Some(only), None) = (changes.next(), changes.next()) {
            return Err(Error::OneChange {
                cycle: join(&relations),
                relation: only.text(arch),
            });
        }
        let after_last = (last + 1) % relations.len();
        relations.rotate_left(after_last);
        annotate(&mut relations);
        Ok(Cycle { arch, relations })
    }

    /// The architecture.
    #[must_use]
    pub const fn arch(&self) -> Arch {
        self.arch
    }

    /// The relations; the last one is between processors.
    #[must_use]
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// The test that asks whether this cycle can be observed, named by [`Cycle::name`].
    ///
    /// # Errors
    ///
    /// If a processor needs more registers than there are.
    pub fn test(&self) -> Result<Test, Error> {
        self.test_named(&self.name())
    }

    pub(crate) fn nodes(&self) -> Vec<Node> {
        let changes = self.relations.iter().filter(|one| !one.same_location);
        let locations = changes.count().max(1);
        let (mut processor, mut location) = (0, 0);
        let mut nodes = Vec::new();
        for relation in &self.relations {
            nodes.push(Node {
                direction: relation.source,
                annotation: relation
                    .annotations
                    .map_or(Annotation::Plain, |(first, _)| first),
                processor,
                location: location % locations,
                pc: self.arch == Arch::Riscv64,
            });
            processor += usize::from(relation.is_external());
            location += usize::from(!relation.same_location);
        }
        nodes
    }
}

/// Each relation with the one that follows it, around the cycle.
fn neighbours(relations: &[Relation]) -> impl Iterator<Item = (&Relation, &Relation)> {
    relations.iter().zip(relations.iter().cycle().skip(1))
}

fn check(arch: Arch, before: &Relation, after: &Relation) -> Result<(), Error> {
    if before.target != after.source {
        return Err(Error::Directions {
            before: before.text(arch),
            target: before.target,
            after: after.text(arch),
            origin: after.source,
        });
    }
    let left = before.annotations.map(|(_, second)| second);
    let right = after.annotations.map(|(first, _)| first);
    match (left, right) {
        (Some(left), Some(right)) if left != right => Err(Error::Conflict {
            before: before.text(arch),
            first: left.letters(arch).to_owned(),
            after: after.text(arch),
            second: right.letters(arch).to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Copies the annotation of each access to both relations that meet there, and omits annotations
/// where both accesses are plain.
fn annotate(relations: &mut [Relation]) {
    let carried: Vec<Annotation> = {
        let pairs = neighbours(relations).map(|(before, after)| {
            let left = before.annotations.map(|(_, second)| second);
            let right = after.annotations.map(|(first, _)| first);
            left.or(right).unwrap_or(Annotation::Plain)
        });
        pairs.collect()
    };
    let length = relations.len();
    for (index, relation) in relations.iter_mut().enumerate() {
        let both = (carried[(index + length - 1) % length], carried[index]);
        relation.annotations = (both != (Annotation::Plain, Annotation::Plain)).then_some(both);
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.relations.iter().map(|one| one.text(self.arch));
        f.write_str(&texts.collect::<Vec<_>>().join(" "))
    }
}
