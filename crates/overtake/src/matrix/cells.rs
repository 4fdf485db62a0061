//! The cells of the matrix: what their runs must come to, and what they came to.

use aio_ring_buggy::Variant;
use serde::{Serialize, Serializer};

use super::Plan;
use crate::emulation::Model;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::scenario::Answer;
use crate::target::Target;

/// How a cell's runs are emulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
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
    pub target: Target,
    pub variant: Variant,
    pub emulated: Emulated,
}

/// What a cell's runs must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// No stale read.
    Never,
    /// A stale read with at least one seed.
    Sometimes,
}

/// How a cell's runs differ from what they must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// A stale read that must not be.
    Forbidden,
    /// No stale read where one must be.
    NotExposed,
}

impl Cell {
    pub fn expected(self) -> Expected {
        // Each variant that is not sound leaves out an order between two stores, or
        // between two loads.
        let may = !self.variant.is_sound()
            && self.target.reorders_stores()
            && self.emulated == Emulated::Weak;
        if may {
            Expected::Sometimes
        } else {
            Expected::Never
        }
    }

    /// The error with the run it happened in.
    pub fn named(self, seed: u64, error: Error) -> Error {
        match error {
            Error::Interrupted { .. } => error,
            error => Error::InRun {
                run: format!(
                    "{}, {}, {}, seed {seed}",
                    self.target,
                    self.variant,
                    self.emulated.name()
                ),
                error: Box::new(error),
            },
        }
    }
}

/// What a cell's runs came to: an object of the JSON output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Row {
    pub target: Target,
    #[serde(serialize_with = "name")]
    pub variant: Variant,
    #[serde(rename = "emulation")]
    pub emulated: Emulated,
    /// How many seeds were tried.
    pub seeds: u64,
    /// Events of each run.
    pub events: u64,
    /// How many seeds gave a stale event.
    pub exposed_seeds: u64,
    /// Stale events of all runs.
    pub stale_events: u64,
    /// The first seed that gave a stale event.
    pub first_seed: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn name<S: Serializer>(variant: &Variant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(variant.name())
}

impl Row {
    /// Before the first run.
    pub fn new(plan: &Plan, cell: Cell) -> Self {
        Row {
            target: cell.target,
            variant: cell.variant,
            emulated: cell.emulated,
            seeds: plan.seeds,
            events: plan.events,
            exposed_seeds: 0,
            stale_events: 0,
            first_seed: None,
        }
    }

    /// Adds a run; they are added in the order of their seeds.
    pub fn add(&mut self, seed: u64, answer: &Answer) {
        if answer.stale_events > 0 {
            self.exposed_seeds += 1;
            self.stale_events += answer.stale_events;
            self.first_seed.get_or_insert(seed);
        }
    }

    pub const fn cell(&self) -> Cell {
        Cell {
            target: self.target,
            variant: self.variant,
            emulated: self.emulated,
        }
    }

    /// How it differs from what it must come to, if it does.
    pub fn wrong(&self) -> Option<Wrong> {
        match (self.cell().expected(), self.exposed_seeds) {
            (Expected::Never, 1..) => Some(Wrong::Forbidden),
            (Expected::Sometimes, 0) => Some(Wrong::NotExposed),
            _ => None,
        }
    }
}

/// What the whole matrix came to.
pub fn verdict(rows: &[Row]) -> ExitCode {
    let any = |wrong| rows.iter().any(|row| row.wrong() == Some(wrong));
    if any(Wrong::Forbidden) {
        ExitCode::Forbidden
    } else if any(Wrong::NotExposed) {
        ExitCode::NotExposed
    } else {
        ExitCode::Success
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(target: Target, variant: Variant, emulated: Emulated, exposed_seeds: u64) -> Row {
        Row {
            target,
            variant,
            emulated,
            seeds: 10,
            events: 2000,
            exposed_seeds,
            stale_events: exposed_seeds,
            first_seed: (exposed_seeds > 0).then_some(1),
        }
    }

    #[test]
    fn verdicts() {
        let sound = |exposed| row(Target::Aarch64, Variant::Wmb, Emulated::Weak, exposed);
        let buggy = |exposed| {
            row(
                Target::Aarch64,
                Variant::BarrierOnly,
                Emulated::Weak,
                exposed,
            )
        };
        let plain = |exposed| {
            row(
                Target::Riscv64,
                Variant::RelaxedTail,
                Emulated::Plain,
                exposed,
            )
        };
        let x86 = |exposed| {
            row(
                Target::X86_64,
                Variant::RelaxedTail,
                Emulated::Weak,
                exposed,
            )
        };
        assert_eq!(
            verdict(&[sound(0), buggy(1), plain(0), x86(0)]),
            ExitCode::Success
        );
        assert_eq!(
            verdict(&[sound(0), buggy(0), plain(0), x86(0)]),
            ExitCode::NotExposed
        );
        for forbidden in [sound(1), plain(1), x86(1)] {
            assert_eq!(verdict(&[buggy(0), forbidden]), ExitCode::Forbidden);
        }
    }
}
