//! Pairs (earlier access, later access) of one thread.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// Which earlier accesses of a thread an instruction keeps before which later ones.
///
/// A fence is described by its pairs; so is what is assumed of an instruction, and what a trace
/// says of a barrier.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pairs {
    /// Earlier reads before later reads.
    #[cfg_attr(feature = "serde", serde(rename = "load_load"))]
    pub rr: bool,
    /// Earlier reads before later writes.
    #[cfg_attr(feature = "serde", serde(rename = "load_store"))]
    pub rw: bool,
    /// Earlier writes before later reads.
    #[cfg_attr(feature = "serde", serde(rename = "store_load"))]
    pub wr: bool,
    /// Earlier writes before later writes.
    #[cfg_attr(feature = "serde", serde(rename = "store_store"))]
    pub ww: bool,
}

impl Pairs {
    /// No pair: not a fence.
    pub const NONE: Pairs = Pairs::new(false, false, false, false);
    /// Every pair: a full fence.
    pub const ALL: Pairs = Pairs::new(true, true, true, true);
    /// An earlier read with a later read.
    pub const RR: Pairs = Pairs::new(true, false, false, false);
    /// An earlier read with a later write.
    pub const RW: Pairs = Pairs::new(false, true, false, false);
    /// An earlier write with a later read.
    pub const WR: Pairs = Pairs::new(false, false, true, false);
    /// An earlier write with a later write: `dmb st`, `eieio`, `fence w,w`.
    pub const WW: Pairs = Pairs::new(false, false, false, true);
    /// Earlier reads with all later accesses: `dmb ld`, `fence r,rw`, `lfence`.
    pub const READ_ANY: Pairs = Pairs::RR.union(Pairs::RW);
    /// Earlier writes with all later accesses: `dsb st`, `fence w,rw`.
    pub const WRITE_ANY: Pairs = Pairs::WR.union(Pairs::WW);
    /// Every pair but an earlier write with a later read: `lwsync`, `fence.tso`.
    pub const TSO: Pairs = Pairs::READ_ANY.union(Pairs::WW);

    const fn new(rr: bool, rw: bool, wr: bool, ww: bool) -> Pairs {
        Pairs { rr, rw, wr, ww }
    }

    /// Whether all pairs of `other` are among these.
    #[must_use]
    pub const fn contains(self, other: Pairs) -> bool {
        (self.rr || !other.rr)
            && (self.rw || !other.rw)
            && (self.wr || !other.wr)
            && (self.ww || !other.ww)
    }

    /// The pairs of either.
    #[must_use]
    pub const fn union(self, other: Pairs) -> Pairs {
        Pairs::new(
            self.rr || other.rr,
            self.rw || other.rw,
            self.wr || other.wr,
            self.ww || other.ww,
        )
    }

    /// Whether there is no pair.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        !(self.rr || self.rw || self.wr || self.ww)
    }
}

impl BitOr for Pairs {
    type Output = Pairs;

    fn bitor(self, other: Pairs) -> Pairs {
        self.union(other)
    }
}

impl BitOrAssign for Pairs {
    fn bitor_assign(&mut self, other: Pairs) {
        *self = self.union(other);
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (pair, name) in [
            (Pairs::RR, "RR"),
            (Pairs::RW, "RW"),
            (Pairs::WR, "WR"),
            (Pairs::WW, "WW"),
        ] {
            if self.contains(pair) {
                write!(f, "{separator}{name}")?;
                separator = "|";
            }
        }
        if self.is_empty() {
            f.write_str("NONE")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Pairs;

    #[test]
    fn they_print_as_a_union() {
        assert_eq!(format!("{:?}", Pairs::NONE), "NONE");
        assert_eq!(format!("{:?}", Pairs::RR | Pairs::WW), "RR|WW");
        assert_eq!(format!("{:?}", Pairs::ALL), "RR|RW|WR|WW");
    }

    #[test]
    fn some_contain_others() {
        assert!(Pairs::ALL.contains(Pairs::RW | Pairs::WR));
        assert!(Pairs::RR.contains(Pairs::NONE));
        assert!(!Pairs::TSO.contains(Pairs::WR));
        assert!(!Pairs::RR.contains(Pairs::RR | Pairs::RW));
    }
}
