//! One write that a thread has not seen.

use crate::image::{GRANULE, Granule};
use crate::view::{Timestamp, View};

/// A write, or its part in one granule, that a thread has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Unseen {
    pub granule: u64,
    /// When it arrived.
    pub write: Timestamp,
    /// When it was committed, or the oldest that it skipped ([`crate::late`]).
    pub committed: Timestamp,
    /// What was there before.
    pub before: Granule,
    /// [`crate::Machine`]'s round in which the thread sees it whatever happens.
    pub due: u64,
    pub hold: Hold,
}

/// Whether a write stays unseen whatever the thread is ordered after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Hold {
    /// It does not.
    No,
    /// It is the thread's own promised store.
    Pinned,
    /// It is later than such a store, in the same granule, or its granule is guarded.
    Behind,
}

impl Unseen {
    /// Whether a thread that is ordered after `view` does not see it.
    pub fn is_hidden(&self, view: View) -> bool {
        self.hold != Hold::No || !view.includes(self.write)
    }
}

/// The bit of a granule among 64, which several share.
#[inline]
pub(crate) const fn bit(granule: u64) -> u64 {
    1 << (granule / GRANULE as u64 % 64)
}

/// The oldest to each granule of those writes that are `wanted`.
pub(crate) fn first_of_each(
    writes: &[Unseen],
    wanted: impl Fn(&Unseen) -> bool,
) -> impl Iterator<Item = &Unseen> {
    let mut before = 0;
    let first = move |(index, it): &(usize, &Unseen)| {
        if !wanted(it) {
            return false;
        }
        let may_be_before = before & bit(it.granule) != 0;
        before |= bit(it.granule);
        let mut earlier = writes[..*index].iter();
        !may_be_before || earlier.all(|earlier| earlier.granule != it.granule || !wanted(earlier))
    };
    writes.iter().enumerate().filter(first).map(|(_, it)| it)
}
