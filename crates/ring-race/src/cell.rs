//! The cells of the matrix, and the result that is expected in each.

use std::fmt;

use aio_ring_buggy::Variant;
use arch::Arch;
use emulator::model::Model;
use emulator::target::Target as _;
use serde::{Deserialize, Serialize};

/// How a cell's runs are emulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emulated {
    /// QEMU alone.
    Plain,
    /// QEMU with the plugin.
    Weak,
}

impl Emulated {
    /// Both, in the order in which they are shown.
    pub const ALL: [Emulated; 2] = [Emulated::Plain, Emulated::Weak];

    /// The name on the command line and in output.
    pub const fn name(self) -> &'static str {
        match self {
            Emulated::Plain => "plain",
            Emulated::Weak => "weak",
        }
    }

    /// The name as a model.
    pub const fn model(self) -> Model {
        match self {
            Emulated::Plain => Model::None,
            Emulated::Weak => Model::Weak,
        }
    }
}

/// A cell of the matrix: what its runs have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The machine.
    pub target: Arch,
    /// The ring's orderings.
    pub variant: Variant,
    /// With the plugin, or without.
    pub emulated: Emulated,
}

/// The expected result of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// No stale read.
    Never,
    /// A stale read with at least one seed.
    Sometimes,
}

/// How the result of a cell differs from the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// A stale read where none may occur.
    Forbidden,
    /// No stale read where at least one seed is expected to give one.
    NotExposed,
}

impl Cell {
    /// The expected result.
    pub fn expected(self) -> Expected {
        // Each unsound variant lacks an ordering between two stores or between two loads.
        let may = !self.variant.is_sound()
            && self.target.reorders_stores()
            && self.emulated == Emulated::Weak;
        if may {
            Expected::Sometimes
        } else {
            Expected::Never
        }
    }

    /// What messages call a run of it.
    pub fn run(self, seed: u64) -> String {
        format!("{self}, seed {seed}")
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let emulated = self.emulated.name();
        write!(f, "{}, {}, {emulated}", self.target, self.variant)
    }
}
