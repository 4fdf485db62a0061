//! Positions in the order in which writes become visible.

/// When a write became visible: 1, 2, … in the order in which the writes of all threads did. On Power, arrivals at
/// threads count too: for a thread, a write became visible when it arrived there.
pub type Timestamp = u64;

/// What a thread, a register or a pending store is ordered after: every write up to a timestamp.
///
/// One timestamp is enough where memory is multi-copy atomic, because a write then becomes
/// visible to all other threads at once. It is enough without that, on Power, because the views of a thread are
/// about what has arrived at that thread. What crosses threads constrains arrivals (cumulativity).
///
/// While a thread looks ahead, a view of its loads is a set of loads instead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct View(Timestamp);

/// From here on a number stands for a set of loads: a bit each. No timestamp is that late.
const SETS: u64 = 1 << 62;

impl View {
    /// How many loads a set can hold.
    pub(crate) const LOADS: u64 = 60;

    /// After this load of a thread that looks ahead: the first one is 0. It is later than any write.
    pub(crate) const fn of_load(index: u64) -> Self {
        if index < Self::LOADS {
            Self(SETS | 1 << index)
        } else {
            Self::ALL
        }
    }

    /// The loads of a thread that looks ahead that it is after: a bit each. `None`: all, and later ones.
    pub(crate) const fn loads(self) -> Option<u64> {
        match self {
            Self::ALL => None,
            Self(set) if set >= SETS => Some(set - SETS),
            Self(_) => Some(0),
        }
    }

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
        if self.0.min(other.0) < SETS {
            self.max(other)
        } else {
            Self(self.0 | other.0)
        }
    }

    /// What it says beyond `floor`, which is said of everything anyway: nothing, or itself.
    #[must_use]
    #[inline]
    pub fn beyond(self, floor: Self) -> Self {
        if floor.join(self) == floor {
            Self::NONE
        } else {
            self
        }
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
