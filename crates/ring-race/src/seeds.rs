//! A range of seeds.

use std::fmt;

use crate::row::Row;

/// Consecutive seeds: the first, and the one after the last. (128 bits, because the one after the last may
/// exceed 64.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeds {
    pub(crate) from: u128,
    pub(crate) to: u128,
}

impl Seeds {
    /// `number` seeds from the first.
    pub fn new(first: u64, number: u64) -> Self {
        Seeds {
            from: first.into(),
            to: u128::from(first) + u128::from(number),
        }
    }

    /// The seeds of a row.
    pub(crate) fn of(row: &Row) -> Self {
        Seeds::new(row.from_seed, row.seeds)
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.from, self.to - 1);
        if first == last {
            write!(f, "seed {first}")
        } else {
            write!(f, "seeds {first} to {last}")
        }
    }
}
