//! What came of a test.

use overtake_bench::sample::Sample;
use serde_json::Value;

/// What came of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    /// It took longer than the limit.
    Endless,
    /// Its authors leave it out.
    Ignored,
}

impl Outcome {
    /// Its name in the file of runs.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Endless => "time limit",
            Outcome::Ignored => "ignored",
        }
    }
}

/// A run of a test.
pub struct Run {
    pub outcome: Outcome,
    /// On the clock.
    pub seconds: f64,
    /// Of processors.
    pub cpu_seconds: f64,
    pub exit_status: Option<i32>,
    /// What overtake counted.
    pub tested: Value,
    pub output: String,
}

/// The two sides of a comparison, by overtake's name of the model.
pub const SIDES: [&str; 2] = ["weak", "none"];

/// A test with all its runs on either side.
#[derive(Default)]
pub struct Row {
    pub runs: [Vec<Run>; SIDES.len()],
}

impl Row {
    /// Whether all runs of a side ended so.
    pub fn all(&self, side: usize, outcome: Outcome) -> bool {
        self.runs[side].iter().all(|run| run.outcome == outcome)
    }

    /// How many runs of a side ended so.
    pub fn count(&self, side: usize, outcome: Outcome) -> usize {
        self.runs[side]
            .iter()
            .filter(|run| run.outcome == outcome)
            .count()
    }

    /// The median of a figure of a side.
    pub fn median(&self, side: usize, figure: fn(&Run) -> f64) -> f64 {
        Sample::new(self.runs[side].iter().map(figure).collect()).median()
    }

    /// How many times slower it is than under plain QEMU.
    pub fn ratio(&self, figure: fn(&Run) -> f64) -> f64 {
        self.median(0, figure) / self.median(1, figure)
    }

    /// The median of a number that overtake counted, where it did.
    pub fn counted(&self, sum_of: &[&str]) -> Option<f64> {
        let figures: Vec<f64> = self.runs[0]
            .iter()
            .filter_map(|run| sum_of.iter().map(|key| run.tested[key].as_f64()).sum())
            .collect();
        (!figures.is_empty()).then(|| Sample::new(figures).median())
    }
}
