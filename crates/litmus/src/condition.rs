//! The final condition of a test: a quantifier over final states and a proposition.

use std::fmt;

use crate::state::Observable;
use crate::value::Value;

/// The final condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// How many final states must satisfy the proposition.
    pub quantifier: Quantifier,
    /// The proposition.
    pub proposition: Proposition,
}

/// How many final states must satisfy a proposition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one.
    Exists,
    /// None.
    NotExists,
    /// All.
    ForAll,
}

/// A proposition about a final state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposition {
    /// Always true, or never.
    Constant(bool),
    /// The observable with this number has this value.
    Equal(usize, Value),
    /// Both observables have the same value.
    Same(usize, usize),
    /// It does not hold.
    Not(Box<Proposition>),
    /// All hold.
    And(Vec<Proposition>),
    /// At least one holds.
    Or(Vec<Proposition>),
    /// If the first holds, then the second does.
    Implies(Box<Proposition>, Box<Proposition>),
}

impl Proposition {
    /// Whether it holds in a state, given by the values of all observables.
    pub fn holds(&self, state: &[Value]) -> bool {
        match self {
            Proposition::Constant(value) => *value,
            Proposition::Equal(index, value) => state.get(*index) == Some(value),
            Proposition::Same(one, other) => state.get(*one) == state.get(*other),
            Proposition::Not(inner) => !inner.holds(state),
            Proposition::And(all) => all.iter().all(|one| one.holds(state)),
            Proposition::Or(any) => any.iter().any(|one| one.holds(state)),
            Proposition::Implies(when, then) => !when.holds(state) || then.holds(state),
        }
    }

    fn write(&self, observables: &[Observable], inner: bool, text: &mut String) {
        let many = |parts: &[Proposition], between: &str, text: &mut String| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    text.push_str(between);
                }
                part.write(observables, true, text);
            }
        };
        let compound = matches!(
            self,
            Proposition::And(_) | Proposition::Or(_) | Proposition::Implies(..)
        );
        if inner && compound {
            text.push('(');
        }
        match self {
            Proposition::Constant(value) => text.push_str(if *value { "true" } else { "false" }),
            Proposition::Equal(index, value) => {
                if let Some(observable) = observables.get(*index) {
                    text.push_str(&format!("{observable}={value}"));
                }
            }
            Proposition::Same(one, other) => {
                if let (Some(one), Some(other)) = (observables.get(*one), observables.get(*other)) {
                    text.push_str(&format!("{one}={other}"));
                }
            }
            Proposition::Not(part) => {
                text.push('~');
                if matches!(**part, Proposition::Equal(..) | Proposition::Same(..)) {
                    text.push('(');
                    part.write(observables, false, text);
                    text.push(')');
                } else {
                    part.write(observables, true, text);
                }
            }
            Proposition::And(parts) => many(parts, " /\\ ", text),
            Proposition::Or(parts) => many(parts, " \\/ ", text),
            Proposition::Implies(when, then) => {
                when.write(observables, true, text);
                text.push_str(" => ");
                then.write(observables, true, text);
            }
        }
        if inner && compound {
            text.push(')');
        }
    }
}

impl Quantifier {
    /// Its keyword.
    pub const fn word(self) -> &'static str {
        match self {
            Quantifier::Exists => "exists",
            Quantifier::NotExists => "~exists",
            Quantifier::ForAll => "forall",
        }
    }

    /// What the condition claims about these states, in the words of herd7.
    pub const fn kind(self) -> &'static str {
        match self {
            Quantifier::Exists => "Allowed",
            Quantifier::NotExists => "Forbidden",
            Quantifier::ForAll => "Required",
        }
    }

    /// Whether the claim is confirmed if the proposition held in `positive` iterations and failed in
    /// `negative`.
    pub const fn is_validated(self, positive: u64, negative: u64) -> bool {
        match self {
            Quantifier::Exists => positive > 0,
            Quantifier::NotExists => positive == 0,
            Quantifier::ForAll => negative == 0,
        }
    }
}

impl Condition {
    /// The condition as text.
    pub fn shown(&self, observables: &[Observable]) -> String {
        let mut text = String::new();
        self.proposition.write(observables, false, &mut text);
        format!("{} ({text})", self.quantifier)
    }
}

impl fmt::Display for Quantifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
