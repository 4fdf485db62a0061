//! One relation of a cycle: `Rfe`, `PodWW`, `DpAddrdR`, `DMB.SYdWW`, with annotations.

use std::fmt;

use crate::{Arch, Fence};

/// Whether an access reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// It reads.
    Read,
    /// It writes.
    Write,
}

impl Direction {
    /// Its letter in relations.
    pub(crate) const fn letter(self) -> char {
        match self {
            Direction::Read => 'R',
            Direction::Write => 'W',
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Read => "read",
            Direction::Write => "write",
        })
    }
}

/// How two accesses of one location communicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Communication {
    /// The read reads what the write wrote.
    ReadsFrom,
    /// The read returns a value that the write overwrites.
    FromRead,
    /// The first write is before the second one in coherence order.
    Coherence,
}

impl Communication {
    pub(crate) const ALL: [Communication; 3] = [
        Communication::ReadsFrom,
        Communication::FromRead,
        Communication::Coherence,
    ];

    pub(crate) const fn letters(self) -> &'static str {
        match self {
            Communication::ReadsFrom => "Rf",
            Communication::FromRead => "Fr",
            Communication::Coherence => "Co",
        }
    }

    pub(crate) const fn directions(self) -> (Direction, Direction) {
        match self {
            Communication::ReadsFrom => (Direction::Write, Direction::Read),
            Communication::FromRead => (Direction::Read, Direction::Write),
            Communication::Coherence => (Direction::Write, Direction::Write),
        }
    }
}

/// How a later access depends on the value of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dependency {
    /// Its address depends on the value.
    Address,
    /// The value that it writes depends on it.
    Data,
    /// It follows a branch on the value.
    Control,
    /// As `Control`, with a context synchronisation after the branch.
    ControlSync,
}

/// The kind of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Communication between processors.
    External(Communication),
    /// Communication within a processor.
    Internal(Communication),
    /// Program order only.
    ProgramOrder,
    /// Program order and a dependency.
    Dependency(Dependency),
    /// Program order with a fence between.
    Fence(Fence),
}

/// The annotation of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Annotation {
    /// None.
    Plain,
    /// Acquire: `ldar`, `.aq`.
    Acquire,
    /// RCpc acquire, which may overtake an earlier release: `ldapr`.
    AcquirePc,
    /// Release: `stlr`, `.rl`.
    Release,
    /// x86: the write of an `xchg`.
    Atomic,
}

impl Annotation {
    /// The annotations of an architecture with their letters.
    pub(crate) const fn all(arch: Arch) -> &'static [(&'static str, Annotation)] {
        match arch {
            Arch::AArch64 => &[
                ("P", Annotation::Plain),
                ("A", Annotation::Acquire),
                ("Q", Annotation::AcquirePc),
                ("L", Annotation::Release),
            ],
            Arch::Riscv64 => &[
                ("P", Annotation::Plain),
                ("Aq", Annotation::Acquire),
                ("Rl", Annotation::Release),
            ],
            Arch::X86_64 => &[("Na", Annotation::Plain), ("A", Annotation::Atomic)],
            Arch::Ppc64le => &[("Na", Annotation::Plain)],
        }
    }

    pub(crate) fn letters(self, arch: Arch) -> &'static str {
        Annotation::all(arch)
            .iter()
            .find_map(|(letters, annotation)| (*annotation == self).then_some(*letters))
            .unwrap_or_default()
    }

    /// Whether an access of this direction can carry it.
    pub(crate) const fn fits(self, direction: Direction) -> bool {
        match self {
            Annotation::Plain => true,
            Annotation::Acquire | Annotation::AcquirePc => matches!(direction, Direction::Read),
            Annotation::Release | Annotation::Atomic => matches!(direction, Direction::Write),
        }
    }
}

/// One relation of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Relation {
    /// Its kind.
    pub kind: Kind,
    /// Whether both accesses are to one location.
    pub same_location: bool,
    /// The direction of the first access.
    pub source: Direction,
    /// The direction of the second access.
    pub target: Direction,
    /// The annotations of both accesses; `None` leaves them to the neighbouring relations.
    pub annotations: Option<(Annotation, Annotation)>,
}

impl Relation {
    /// Whether the two accesses are on two processors.
    #[must_use]
    pub const fn is_external(&self) -> bool {
        matches!(self.kind, Kind::External(_))
    }

    /// Its text for `arch`.
    #[must_use]
    pub fn text(&self, arch: Arch) -> String {
        let place = if self.same_location { 's' } else { 'd' };
        let (source, target) = (self.source.letter(), self.target.letter());
        let mut text = match self.kind {
            Kind::External(communication) => format!("{}e", communication.letters()),
            Kind::Internal(communication) => format!("{}i", communication.letters()),
            Kind::ProgramOrder => format!("Po{place}{source}{target}"),
            Kind::Fence(fence) => format!("{}{place}{source}{target}", fence.relation),
            Kind::Dependency(dependency) => {
                format!("Dp{}{place}{target}", dependency.letters(arch))
            }
        };
        if let Some((first, second)) = self.annotations {
            text.push_str(first.letters(arch));
            text.push_str(second.letters(arch));
        }
        text
    }
}

impl Dependency {
    /// The dependencies of an architecture. x86-64 has none: they do not affect its order.
    pub(crate) const fn all(arch: Arch) -> &'static [(&'static str, Dependency)] {
        macro_rules! with {
            ($sync:literal) => {
                &[
                    ($sync, Dependency::ControlSync),
                    ("Ctrl", Dependency::Control),
                    ("Addr", Dependency::Address),
                    ("Data", Dependency::Data),
                ]
            };
        }
        match arch {
            Arch::AArch64 => with!("CtrlIsb"),
            Arch::Ppc64le => with!("CtrlIsync"),
            Arch::Riscv64 => with!("CtrlFenceI"),
            Arch::X86_64 => &[],
        }
    }

    pub(crate) fn letters(self, arch: Arch) -> &'static str {
        Dependency::all(arch)
            .iter()
            .find_map(|(letters, dependency)| (*dependency == self).then_some(*letters))
            .unwrap_or_default()
    }
}
