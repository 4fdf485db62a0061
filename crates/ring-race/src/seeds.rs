//! A range of seeds.

use std::fmt;

use crate::row::Row;

/// Seeds that follow each other: the first, and the one after the last. (After the last number
/// that a seed can be there is one more.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeds {
    pub(crate) from: u128,
    pub(crate) to: u128,
}

impl Seeds {
    /// As many, from the first.
    pub fn new(first: u64, number: u64) -> Self {
        Seeds {
            from: first.into(),
            to: u128::from(first) + u128::from(number),
        }
    }

    /// Those of a row.
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
