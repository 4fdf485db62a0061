//! Positions in the order in which writes become visible.

/// When a write became visible: 1, 2, … in the order in which the writes of all threads did. On Power, arrivals at
/// threads count too: for a thread, a write became visible when it arrived there.
pub type Timestamp = u64;

/// What a thread, a register or a pending store is ordered after: every write up to a timestamp.
///
/// One timestamp is enough where memory is multi-copy atomic, because a write then becomes
/// visible to all other threads at once. It is enough without that, on Power, because the views of a thread are
/// about what has arrived at that thread. What crosses threads constrains arrivals (cumulativity).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct View(Timestamp);

impl View {
    /// After no write.
    pub const NONE: Self = Self(0);
    /// After every write, those to come included.
    pub const ALL: Self = Self(Timestamp::MAX);

    /// After the write of this timestamp.
    #[inline]
    pub const fn at(write: Timestamp) -> Self {
        Self(write)
    }

    /// After what either is after.
    #[must_use]
    #[inline]
    pub fn join(self, other: Self) -> Self {
        self.max(other)
    }

    /// What it says beyond `floor`, which is said of everything anyway: nothing, or itself.
    #[must_use]
    #[inline]
    pub fn beyond(self, floor: Self) -> Self {
        if self <= floor { Self::NONE } else { self }
    }

    /// How much later than this timestamp it is; 0 if it is not.
    pub(crate) const fn beyond_timestamp(self, timestamp: Timestamp) -> u64 {
        self.0.saturating_sub(timestamp)
    }

    /// Whether it is after the write of this timestamp.
    #[inline]
    pub const fn includes(self, write: Timestamp) -> bool {
        write <= self.0
    }
}

impl FromIterator<View> for View {
    #[inline]
    fn from_iter<I: IntoIterator<Item = View>>(views: I) -> View {
        views.into_iter().fold(View::NONE, View::join)
    }
}
