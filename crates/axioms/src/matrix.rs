//! Sets of events and relations between them, as bits.

/// A set of events: event `i` is in it if bit `i` is set.
pub(crate) type Set = u64;

/// How many events there may be.
pub(crate) const MAX: usize = 64;

/// The events of a set, from the lowest.
pub(crate) fn members(set: Set) -> impl Iterator<Item = usize> {
    let mut rest = set;
    std::iter::from_fn(move || {
        let event = rest.trailing_zeros() as usize;
        (rest != 0).then(|| {
            rest &= rest - 1;
            event
        })
    })
}

/// A relation between events: row `i` is the set of those that `i` is related to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Matrix {
    rows: Vec<Set>,
}

impl Matrix {
    /// The empty relation over `size` events.
    pub(crate) fn empty(size: usize) -> Matrix {
        Matrix {
            rows: vec![0; size],
        }
    }

    /// The identity over `size` events.
    pub(crate) fn identity(size: usize) -> Matrix {
        Matrix {
            rows: (0..size).map(|event| 1 << event).collect(),
        }
    }

    /// The pairs of `size` events for which `holds` is true.
    pub(crate) fn of(size: usize, holds: impl Fn(usize, usize) -> bool) -> Matrix {
        let row = |from| {
            let targets = (0..size).filter(|to| holds(from, *to));
            targets.fold(0, |set, to| set | 1 << to)
        };
        Matrix {
            rows: (0..size).map(row).collect(),
        }
    }

    pub(crate) fn add(&mut self, from: usize, to: usize) {
        self.rows[from] |= 1 << to;
    }

    pub(crate) fn has(&self, from: usize, to: usize) -> bool {
        self.rows[from] >> to & 1 == 1
    }

    /// The events that `from` is related to.
    pub(crate) fn row(&self, from: usize) -> Set {
        self.rows[from]
    }

    fn zip(&self, other: &Matrix, combine: impl Fn(Set, Set) -> Set) -> Matrix {
        let rows = self.rows.iter().zip(&other.rows);
        Matrix {
            rows: rows.map(|(left, right)| combine(*left, *right)).collect(),
        }
    }

    /// The union.
    pub(crate) fn or(&self, other: &Matrix) -> Matrix {
        self.zip(other, |left, right| left | right)
    }

    /// The intersection.
    pub(crate) fn and(&self, other: &Matrix) -> Matrix {
        self.zip(other, |left, right| left & right)
    }

    /// The difference.
    pub(crate) fn without(&self, other: &Matrix) -> Matrix {
        self.zip(other, |left, right| left & !right)
    }

    /// The pairs that start in `first` and end in `last`.
    pub(crate) fn between(&self, first: Set, last: Set) -> Matrix {
        let rows = self.rows.iter().enumerate();
        let row = |(event, row): (usize, &Set)| {
            if first >> event & 1 == 1 {
                row & last
            } else {
                0
            }
        };
        Matrix {
            rows: rows.map(row).collect(),
        }
    }

    /// The composition: one step of this, then one of `other`.
    pub(crate) fn then(&self, other: &Matrix) -> Matrix {
        let row = |row: &Set| members(*row).fold(0, |set, middle| set | other.rows[middle]);
        Matrix {
            rows: self.rows.iter().map(row).collect(),
        }
    }

    /// The inverse.
    pub(crate) fn inverse(&self) -> Matrix {
        Matrix::of(self.rows.len(), |from, to| self.has(to, from))
    }

    /// The range: the events at the end of some pair.
    pub(crate) fn range(&self) -> Set {
        self.rows.iter().fold(0, |set, row| set | row)
    }

    /// The transitive closure.
    pub(crate) fn closure(&self) -> Matrix {
        let mut closed = self.clone();
        for middle in 0..closed.rows.len() {
            let onwards = closed.rows[middle];
            for row in &mut closed.rows {
                if *row >> middle & 1 == 1 {
                    *row |= onwards;
                }
            }
        }
        closed
    }

    /// The reflexive and transitive closure.
    pub(crate) fn star(&self) -> Matrix {
        self.closure().or(&Matrix::identity(self.rows.len()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.iter().all(|row| *row == 0)
    }

    pub(crate) fn is_irreflexive(&self) -> bool {
        (0..self.rows.len()).all(|event| !self.has(event, event))
    }

    pub(crate) fn is_acyclic(&self) -> bool {
        self.closure().is_irreflexive()
    }
}

#[cfg(test)]
mod tests {
    use super::Matrix;

    fn matrix(pairs: &[(usize, usize)]) -> Matrix {
        Matrix::of(4, |from, to| pairs.contains(&(from, to)))
    }

    #[test]
    fn steps_follow_each_other() {
        let one = matrix(&[(0, 1), (1, 2)]);
        assert_eq!(one.then(&one), matrix(&[(0, 2)]));
        assert_eq!(one.closure(), matrix(&[(0, 1), (1, 2), (0, 2)]));
        assert_eq!(one.inverse(), matrix(&[(1, 0), (2, 1)]));
        assert_eq!(one.range(), 0b110);
    }

    #[test]
    fn a_cycle_is_found() {
        assert!(matrix(&[(0, 1), (1, 2), (0, 3)]).is_acyclic());
        assert!(!matrix(&[(0, 1), (1, 2), (2, 0)]).is_acyclic());
        assert!(!matrix(&[(3, 3)]).is_acyclic());
    }

    #[test]
    fn only_pairs_between_the_sets_stay() {
        let all = Matrix::of(4, |_, _| true);
        assert_eq!(all.between(0b1, 0b110), matrix(&[(0, 1), (0, 2)]));
        let rest = all.without(&all.between(0b1111, 0b0111));
        assert_eq!(rest, matrix(&[(0, 3), (1, 3), (2, 3), (3, 3)]));
    }
}
