//! What is asked of a matrix: its cells, and what all runs of them have in common.

use aio_ring_buggy::Variant;

use super::cells::{Cell, Emulated};
use crate::emulation::Strategy;
use crate::target::Target;

/// What is asked of a matrix; each list is in the order in which it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub targets: Vec<Target>,
    pub variants: Vec<Variant>,
    pub emulations: Vec<Emulated>,
    /// How many seeds.
    pub seeds: u64,
    /// The first of them.
    pub from_seed: u64,
    /// Events of a run.
    pub events: u64,
    /// Slots of the ring.
    pub slots: u32,
    pub strategy: Strategy,
    /// What must be said to find the same home again.
    pub home: Option<(&'static str, String)>,
}

impl Asked {
    /// The cells, row by row.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for &variant in &self.variants {
            for &target in &self.targets {
                for &emulated in &self.emulations {
                    cells.push(Cell {
                        target,
                        variant,
                        emulated,
                    });
                }
            }
        }
        cells
    }

    /// After the last number comes 0.
    pub fn seed(&self, index: u64) -> u64 {
        self.from_seed.wrapping_add(index)
    }
}
