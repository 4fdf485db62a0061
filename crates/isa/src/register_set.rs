//! Sets of registers.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// A set of registers of one architecture, by number.
///
/// Numbers 0 to 31 are the general registers, 32 to 63 flags and special registers, 64 to 127
/// floating-point and vector registers. [`crate::registers`] names those of AArch64. A register
/// that is always zero has no number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Registers(u128);

impl Registers {
    /// The empty set.
    pub const NONE: Registers = Registers(0);
    /// Every register, for what an unknown instruction may read or write.
    pub const ALL: Registers = Registers(u128::MAX);
    /// The number of registers: their numbers are less than this.
    pub const COUNT: usize = 128;

    /// Returns the set of one register, `number`.
    ///
    /// # Panics
    ///
    /// If `number` is 128 or more.
    #[must_use]
    #[inline]
    pub const fn one(number: u8) -> Registers {
        assert!((number as usize) < Registers::COUNT);
        Registers(1 << number)
    }

    /// Whether the set is empty.
    #[must_use]
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the set contains all of `other`.
    #[must_use]
    #[inline]
    pub const fn contains(self, other: Registers) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns the union with `other`.
    #[must_use]
    #[inline]
    pub const fn union(self, other: Registers) -> Registers {
        Registers(self.0 | other.0)
    }

    /// Returns the intersection with `other`.
    #[must_use]
    #[inline]
    pub const fn both(self, other: Registers) -> Registers {
        Registers(self.0 & other.0)
    }

    /// Returns the registers that are not in `other`.
    #[must_use]
    #[inline]
    pub const fn without(self, other: Registers) -> Registers {
        Registers(self.0 & !other.0)
    }

    /// Iterates over the numbers of the registers, from the lowest.
    #[inline]
    pub fn numbers(self) -> impl Iterator<Item = u8> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let number = rest.trailing_zeros() as u8;
            (rest != 0).then(|| {
                rest &= rest - 1;
                number
            })
        })
    }
}

impl BitOr for Registers {
    type Output = Registers;

    #[inline]
    fn bitor(self, other: Registers) -> Registers {
        self.union(other)
    }
}

impl BitOrAssign for Registers {
    #[inline]
    fn bitor_assign(&mut self, other: Registers) {
        *self = self.union(other);
    }
}

impl FromIterator<u8> for Registers {
    fn from_iter<I: IntoIterator<Item = u8>>(numbers: I) -> Registers {
        numbers
            .into_iter()
            .fold(Registers::NONE, |set, number| set | Registers::one(number))
    }
}

impl fmt::Debug for Registers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Registers::ALL {
            return f.write_str("ALL");
        }
        f.debug_set().entries(self.numbers()).finish()
    }
}
