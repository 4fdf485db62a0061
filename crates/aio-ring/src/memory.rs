//! The ring's memory: what both halves share.

use crate::layout::{Header, Slot};

/// The ring's memory: what both halves share.
#[derive(Clone, Copy)]
pub(crate) struct Memory<'m> {
    pub(crate) header: &'m Header,
    /// As many as the header said when it was looked at; never more than a `u32` holds.
    pub(crate) slots: &'m [Slot],
}

impl Memory<'_> {
    /// The number of slots.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the number came from a u32"
    )]
    pub(crate) fn nr(&self) -> u32 {
        self.slots.len() as u32
    }
}
