//! The families of tests, each a shape of cycle with a name.
//!
//! Names from Alglave, Maranget, Tautschnig, "Herding cats" (TOPLAS 2014), tables II and V.

use crate::{Communication, Direction};

/// A part of a family's shape: the accesses of a processor, or its communication with the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The first and the last access of a processor, and whether they are to one location.
    Slot(Direction, Direction, bool),
    /// Communication with the next processor.
    External(Communication),
}

/// A family of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// Its shape: `Rf`, `Fr` and `Co` between processors; the directions of the first and the
    /// last access of a processor that has more than one, with `s` before if they are to one
    /// location.
    pub shape: &'static str,
}

const fn family(name: &'static str, shape: &'static str) -> Family {
    Family { name, shape }
}

/// All families.
pub const FAMILIES: [Family; 37] = [
    family("MP", "WW Rf RR Fr"),
    family("SB", "WR Fr WR Fr"),
    family("LB", "RW Rf RW Rf"),
    family("R", "WW Co WR Fr"),
    family("S", "WW Rf RW Co"),
    family("2+2W", "WW Co WW Co"),
    family("WRC", "Rf RW Rf RR Fr"),
    family("RWC", "Rf RR Fr WR Fr"),
    family("WWC", "Rf RW Rf RW Co"),
    family("ISA2", "WW Rf RW Rf RR Fr"),
    family("IRIW", "Rf RR Fr Rf RR Fr"),
    family("IRRWIW", "Rf RR Fr Rf RW Co"),
    family("IRWIW", "Rf RW Co Rf RW Co"),
    family("W+RWC", "WW Rf RR Fr WR Fr"),
    family("WRR+2W", "Rf RR Fr WW Co"),
    family("WRW+2W", "Rf RW Co WW Co"),
    family("WRW+WR", "Rf RW Co WR Fr"),
    family("3.SB", "WR Fr WR Fr WR Fr"),
    family("3.LB", "RW Rf RW Rf RW Rf"),
    family("3.2W", "WW Co WW Co WW Co"),
    family("Z6.0", "WW Rf RW Co WR Fr"),
    family("Z6.1", "WW Co WW Rf RW Co"),
    family("Z6.2", "WW Rf RW Rf RW Co"),
    family("Z6.3", "WW Co WW Rf RR Fr"),
    family("Z6.4", "WW Co WR Fr WR Fr"),
    family("Z6.5", "WW Co WW Co WR Fr"),
    family("CoRR", "Rf sRR Fr"),
    family("CoRW", "Rf sRW Co"),
    family("CoWR", "sWR Fr Co"),
    family("CoWR0", "sWR Fr"),
    family("CoRW1", "sRW Rf"),
    family("CoWW", "sWW Co"),
    family("CoRW2", "Rf sRW Rf sRW Co"),
    family("CoIRIW", "Rf sRR Fr Rf sRR Fr"),
    family("CoLB", "sRW Rf sRW Rf"),
    family("CoMP", "sWW Rf sRR Fr"),
    family("CoSB", "sWR Fr sWR Fr"),
];

impl Family {
    /// The family with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Family> {
        FAMILIES.iter().find(|family| family.name == name)
    }

    /// How many parts the names of its tests have: one for each processor with several accesses.
    #[must_use]
    pub fn slots(&self) -> usize {
        let parts = self.parts();
        parts.filter(|part| matches!(part, Part::Slot(..))).count()
    }

    pub(crate) fn parts(&self) -> impl Iterator<Item = Part> {
        self.shape.split(' ').filter_map(|part| {
            let mut communications = Communication::ALL.into_iter();
            if let Some(found) = communications.find(|one| one.letters() == part) {
                return Some(Part::External(found));
            }
            let same = part.starts_with('s');
            let mut directions = part.chars().filter_map(|letter| match letter {
                'R' => Some(Direction::Read),
                'W' => Some(Direction::Write),
                _ => None,
            });
            Some(Part::Slot(directions.next()?, directions.next()?, same))
        })
    }
}
