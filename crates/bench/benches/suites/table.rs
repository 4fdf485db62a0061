//! What is printed: a line a test, and one a suite.

use overtake_bench::sample::Sample;

use crate::program::Binary;
use crate::row::{Outcome, Row, Run, SIDES};

/// Prints the line of a test.
pub fn print(binary: &Binary, test: &str, row: &Row) {
    let endless = |side| {
        if row.count(side, Outcome::Endless) == 0 {
            ""
        } else {
            ">"
        }
    };
    let millions = |count: Option<f64>| match count {
        Some(count) => format!("{:.2}M", count / 1e6),
        None => "-".to_owned(),
    };
    let mut notes = String::new();
    for (side, model) in SIDES.iter().enumerate() {
        let failed = row.count(side, Outcome::Failed);
        if failed != 0 {
            let seeds = row.runs[side].len();
            notes += &format!("  FAILED ({model}: {failed} of {seeds})");
        }
    }
    let (clock, cpu) = (|run: &Run| run.seconds, |run: &Run| run.cpu_seconds);
    println!(
        "{:<22} {:<8} {:<44} {:>6} {:>9} {:>8} {:>7} {:>9.2} {:>8.2} {:>7.1} {:>9} {:>9}{notes}",
        binary.suite,
        binary.target,
        format!("{}::{test}", binary.name),
        format!("{}/{}", row.count(0, Outcome::Passed), row.runs[0].len()),
        format!("{}{:.2}", endless(0), row.median(0, clock)),
        format!("{}{:.2}", endless(1), row.median(1, clock)),
        format!("{}{:.1}", endless(0), row.ratio(clock)),
        row.median(0, cpu),
        row.median(1, cpu),
        row.ratio(cpu),
        millions(row.counted(&["shared_loads", "shared_stores"])),
        millions(row.counted(&["hand_offs"])),
    );
}

/// What is said of a suite on a target.
#[derive(Default)]
pub struct Sum {
    pub tests: usize,
    pub passed: usize,
    passed_plain: usize,
    ratios: Vec<f64>,
}

impl Sum {
    /// Adds a test.
    pub fn add(&mut self, row: &Row) {
        self.tests += 1;
        self.passed += usize::from(row.all(0, Outcome::Passed));
        self.passed_plain += usize::from(row.all(1, Outcome::Passed));
        if row.all(0, Outcome::Passed) {
            self.ratios.push(row.ratio(|run| run.seconds));
        }
    }

    /// The line for people.
    pub fn said(&self) -> String {
        let mut said = format!(
            "{} of {} tests pass (plain QEMU: {})",
            self.passed, self.tests, self.passed_plain
        );
        if !self.ratios.is_empty() {
            let ratios = Sample::new(self.ratios.clone());
            said += &format!(
                "; of those that pass, slower than plain QEMU: {:.1} (median), {:.1} (most) times",
                ratios.median(),
                ratios.quantile(1.0)
            );
        }
        said
    }
}
