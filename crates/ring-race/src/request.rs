//! A request for a matrix: its cells, and the options of all runs.

use aio_ring_buggy::Variant;
use arch::Arch;
use emulator::strategy::Strategy;

use crate::cell::{Cell, Emulated};

/// A request for a matrix; each list is in the order in which it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The machines.
    pub targets: Vec<Arch>,
    /// The orderings of the ring.
    pub variants: Vec<Variant>,
    /// With the plugin, without, or both.
    pub emulations: Vec<Emulated>,
    /// How many seeds.
    pub seeds: u64,
    /// The first seed.
    pub from_seed: u64,
    /// Events of a run.
    pub events: u64,
    /// Slots of the ring.
    pub slots: u32,
    /// How the plugin makes the free choices of a run.
    pub strategy: Strategy,
}

impl Request {
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

    /// The seed at an index; wraps around after the largest number.
    pub fn seed(&self, index: u64) -> u64 {
        self.from_seed.wrapping_add(index)
    }
}
