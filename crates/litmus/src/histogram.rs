//! The result of a test: how often each final state was reached.

use std::collections::BTreeMap;

use crate::plan::Raw;
use crate::state;
use crate::test::Test;
use crate::value::{Type, Value};

/// How often each final state was reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    /// The final states by their text.
    pub outcomes: BTreeMap<String, Outcome>,
}

/// A final state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// How often it was reached.
    pub count: u64,
    /// Whether the condition's proposition holds in it.
    pub positive: bool,
}

impl Histogram {
    /// Adds `count` iterations that ended in a state, given by the values of all observables.
    ///
    /// Returns false, and adds nothing, if there is not one value for each observable.
    pub fn add(&mut self, test: &Test, count: u64, values: &[Raw]) -> bool {
        if values.len() != test.observables.len() {
            return false;
        }
        let mut state = Vec::with_capacity(values.len());
        for (observable, value) in test.observables.iter().zip(values) {
            state.push(match value {
                Raw::Number(number) => Value::Number(observable.kind.number(*number)),
                Raw::Address(index) => match (observable.kind, test.locations.get(*index)) {
                    (Type::Undeclared | Type::Address, Some(location)) => {
                        Value::Address(location.name.clone())
                    }
                    (_, Some(_)) => Value::Number(0),
                    (_, None) => return false,
                },
            });
        }
        if test.filter.as_ref().is_some_and(|one| !one.holds(&state)) {
            return true;
        }
        let outcome = Outcome {
            count,
            positive: test.condition.proposition.holds(&state),
        };
        self.merge(state::shown(test.observables.iter().zip(&state)), outcome);
        true
    }

    /// Adds another histogram of the same test.
    pub fn append(&mut self, other: Histogram) {
        for (state, outcome) in other.outcomes {
            self.merge(state, outcome);
        }
    }

    fn merge(&mut self, state: String, outcome: Outcome) {
        let entry = self.outcomes.entry(state).or_insert(Outcome {
            count: 0,
            positive: outcome.positive,
        });
        entry.count += outcome.count;
    }

    /// In how many iterations the proposition held, and in how many it did not.
    pub fn witnesses(&self) -> (u64, u64) {
        let total = |positive| {
            let some = self.outcomes.values();
            some.filter(|outcome| outcome.positive == positive)
                .map(|outcome| outcome.count)
                .sum()
        };
        (total(true), total(false))
    }
}
