//! Compares outcomes with verdicts, and counts them by architecture and shape.

use std::collections::{BTreeMap, BTreeSet};

use arch::Arch;
use litmus::canonical;

use crate::error::Error;
use crate::task::Done;
use crate::verdicts::{Verdict, Verdicts};

/// Outcomes compared with verdicts.
#[derive(Debug, Clone, Default)]
pub struct Conformance {
    /// The results of each architecture and shape.
    pub rows: BTreeMap<(Arch, String), Row>,
    /// Forbidden outcomes that were seen.
    pub forbidden: Vec<Forbidden>,
    /// Allowed outcomes that were not reached.
    pub missing: Vec<Missing>,
}

/// A forbidden outcome that was seen.
#[derive(Debug, Clone)]
pub struct Forbidden {
    /// The architecture that forbids it.
    pub arch: Arch,
    /// The test.
    pub test: String,
    /// The final state.
    pub state: String,
    /// How often it was seen.
    pub count: u64,
}

/// An allowed outcome that was not reached.
#[derive(Debug, Clone)]
pub struct Missing {
    /// The architecture that allows it.
    pub arch: Arch,
    /// The test.
    pub test: String,
    /// The final state.
    pub state: String,
    /// The feature that overtake lacks for it, if known.
    pub why: Option<&'static str>,
}

/// A share: how many were reached, of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Of how many.
    pub reached: u64,
    /// How many there are.
    pub all: u64,
}

/// The sum of the results of some tests.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// How many tests.
    pub tests: u64,
    /// Outcomes that were seen and must not be.
    pub forbidden: u64,
    /// Outcomes that may be.
    pub allowed: Share,
    /// Those of them that need no load buffering.
    pub without_load_buffering: Share,
    /// For each weak outcome: how many iterations it takes on average, if it occurred.
    pub weak: Vec<Option<u64>>,
    /// The most iterations of a test.
    pub iterations: u64,
}

impl Row {
    /// Adds the tests of another row.
    pub fn add(&mut self, other: &Row) {
        self.tests += other.tests;
        self.forbidden += other.forbidden;
        self.allowed.add(other.allowed);
        self.without_load_buffering
            .add(other.without_load_buffering);
        self.weak.extend(&other.weak);
        self.iterations = self.iterations.max(other.iterations);
    }

    /// How many iterations `percent` of the weak outcomes take at most; `None` if there is no weak outcome,
    /// `Some(None)` if fewer of them occurred.
    pub fn iterations(&self, percent: usize) -> Option<Option<u64>> {
        let mut weak = self.weak.clone();
        weak.sort_by_key(|iterations| iterations.unwrap_or(u64::MAX));
        let rank = (weak.len() * percent).div_ceil(100);
        weak.get(rank.saturating_sub(1)).copied()
    }
}

impl Share {
    const fn add(&mut self, other: Share) {
        self.reached += other.reached;
        self.all += other.all;
    }
}

impl Conformance {
    /// Adds the outcomes of a test that ran `iterations` times.
    pub fn add<'a>(
        &mut self,
        arch: Arch,
        name: &str,
        verdict: &Verdict,
        iterations: u64,
        outcomes: impl Iterator<Item = (&'a str, u64)>,
    ) {
        let outcomes: BTreeMap<String, u64> = outcomes
            .map(|(state, count)| (canonical(arch, state), count))
            .collect();
        let share = |states: &BTreeSet<String>| Share {
            reached: states
                .iter()
                .filter(|state| outcomes.contains_key(*state))
                .count() as u64,
            all: states.len() as u64,
        };
        let once = |state| {
            outcomes
                .get(state)
                .map(|count| iterations.div_ceil((*count).max(1)))
        };
        let mut row = Row {
            tests: 1,
            forbidden: 0,
            allowed: share(&verdict.allowed),
            without_load_buffering: share(verdict.in_reach()),
            weak: verdict.weak().map(once).collect(),
            iterations,
        };
        for (state, count) in &outcomes {
            if !verdict.allowed.contains(state) {
                row.forbidden += 1;
                self.forbidden.push(Forbidden {
                    arch,
                    test: name.to_owned(),
                    state: state.clone(),
                    count: *count,
                });
            }
        }
        for state in &verdict.allowed {
            if !outcomes.contains_key(state) {
                self.missing.push(Missing {
                    arch,
                    test: name.to_owned(),
                    state: state.clone(),
                    why: verdict.why_not(state),
                });
            }
        }
        let shape = verdict.shape.as_deref();
        let shape = shape.unwrap_or_else(|| name.split('+').next().unwrap_or(name));
        let rows = self.rows.entry((arch, shape.to_owned())).or_default();
        rows.add(&row);
    }

    /// Whether no forbidden outcome was seen.
    pub const fn conforms(&self) -> bool {
        self.forbidden.is_empty()
    }

    /// The results of each architecture.
    pub fn sums(&self) -> BTreeMap<Arch, Row> {
        let mut sums: BTreeMap<Arch, Row> = BTreeMap::new();
        for ((arch, _), row) in &self.rows {
            sums.entry(*arch).or_default().add(row);
        }
        sums
    }
}

/// Compares what was seen with what the architectures allow.
pub fn compared(verdicts: &Verdicts, results: &[Result<Done, Error>]) -> Conformance {
    let mut conformance = Conformance::default();
    for Done {
        test,
        histogram,
        iterations,
    } in results.iter().flatten()
    {
        if let Some(verdict) = verdicts.get(test.arch, &test.name) {
            let outcomes = histogram.outcomes.iter();
            let seen = outcomes.map(|(state, outcome)| (state.as_str(), outcome.count));
            conformance.add(test.arch, &test.name, verdict, *iterations, seen);
        }
    }
    conformance
}

#[cfg(test)]
mod tests {
    use super::Row;

    #[test]
    fn outcomes_that_never_occurred_are_the_rarest() {
        let row = |weak: &[Option<u64>]| Row {
            weak: weak.to_vec(),
            ..Row::default()
        };
        assert_eq!(row(&[]).iterations(50), None);
        let some = row(&[Some(7), None, Some(3)]);
        assert_eq!(some.iterations(50), Some(Some(7)));
        assert_eq!(some.iterations(90), Some(None));
        assert_eq!(row(&[Some(4), Some(2)]).iterations(50), Some(Some(2)));
    }
}
