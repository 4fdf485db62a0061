//! Delta debugging over a list.

use crate::error::Error;

/// A minimal part of `all` that still fails. `all` must fail, and nothing of it is known not to.
///
/// `first` says which of some parts is the first one that fails. Large stretches go first: all that is after the
/// failure, then all that is long before it, then what is in between in halves, quarters, and so on.
pub fn minimal<T: Clone>(
    all: &[T],
    mut first: impl FnMut(&[Vec<T>]) -> Result<Option<usize>, Error>,
) -> Result<Vec<T>, Error> {
    if first(&[Vec::new()])?.is_some() {
        return Ok(Vec::new());
    }
    // Choices after the failure are irrelevant, and so are most of the earlier ones.
    let mut fails = |some: &[T]| Ok(first(&[some.to_vec()])?.is_some());
    let end = least(all.len(), |end| fails(&all[..end]))?;
    let start = end - least(end, |length| fails(&all[end - length..end]))?;
    let mut left = all[start..end].to_vec();
    let mut parts = 2;
    while left.len() > 1 {
        let size = left.len().div_ceil(parts);
        let starts: Vec<usize> = (0..left.len()).step_by(size).collect();
        let rests: Vec<Vec<T>> = starts
            .iter()
            .map(|start| [&left[..*start], &left[(start + size).min(left.len())..]].concat())
            .collect();
        match first(&rests)? {
            Some(index) => {
                left.clone_from(&rests[index]);
                parts = (parts - 1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(left.len()),
        }
    }
    Ok(left)
}

/// The smallest number up to `most` for which `holds` is true. It must be true for `most`, and for all numbers
/// above the result.
pub fn least(
    most: usize,
    mut holds: impl FnMut(usize) -> Result<bool, Error>,
) -> Result<usize, Error> {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(high)
}
