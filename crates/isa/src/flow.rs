//! How an instruction passes values on between registers and memory.
//!
//! The order of two accesses of one thread may depend on how the value that the first one read
//! reaches the second: through its address (Armv8 "address dependency", RVWMO rule 9, Power
//! ISA Book II 1.7.1), its data, or a conditional branch before it. [`flow()`](crate::flow()) says which
//! registers an instruction reads for what, and which it writes from what.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// A set of registers of one architecture, by number.
///
/// Numbers 0 to 31 are the general registers, 32 to 63 flags and special registers, 64 to 127
/// floating-point and vector registers; [`crate::registers`] names AArch64's. Registers that are always zero have no number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Registers(u128);

impl Registers {
    /// None.
    pub const NONE: Registers = Registers(0);
    /// Every register: for what is not understood.
    pub const ALL: Registers = Registers(u128::MAX);
    /// Registers have numbers below this.
    pub const COUNT: usize = 128;

    /// The one register `number`.
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

    /// Whether there is none.
    #[must_use]
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` are among these.
    #[must_use]
    #[inline]
    pub const fn contains(self, other: Registers) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and `other`.
    #[must_use]
    #[inline]
    pub const fn union(self, other: Registers) -> Registers {
        Registers(self.0 | other.0)
    }

    /// Those of these that are in `other` too.
    #[must_use]
    #[inline]
    pub const fn both(self, other: Registers) -> Registers {
        Registers(self.0 & other.0)
    }

    /// Those of these that are not in `other`.
    #[must_use]
    #[inline]
    pub const fn without(self, other: Registers) -> Registers {
        Registers(self.0 & !other.0)
    }

    /// Their numbers, from the lowest.
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

/// What one instruction reads and writes, and what for.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Flow {
    /// It reads memory (each access of an atomic is both a read and a write).
    pub load: bool,
    /// It writes memory.
    pub store: bool,
    /// It may be more than one access: a pair, a vector register of 16 bytes or more, several
    /// registers.
    pub several: bool,
    /// Bytes of each of the accesses that an emulator may report as one: 4 for a pair of words,
    /// else 8.
    pub part: u8,
    /// Its access's address is made from these.
    pub address: Registers,
    /// What it stores, computes, or branches on is made from these.
    pub data: Registers,
    /// It writes these with what it loaded (and, of an atomic, with nothing else).
    pub loaded: Registers,
    /// It writes these with what it computed from [`Flow::data`].
    pub computed: Registers,
    /// It writes these with what it computed from [`Flow::address`]: a base that is updated.
    pub updated: Registers,
    /// It writes these with whether its store-conditional succeeded.
    pub status: Registers,
    /// Where the thread goes on depends on [`Flow::data`]: a conditional or an indirect branch.
    pub branch: bool,
    /// Later instructions are fetched again after it (`isb`, `isync`): after a branch, it keeps
    /// later reads behind what the branch depends on.
    pub context_sync: bool,
}

impl Flow {
    /// Nothing is read or written.
    pub const NONE: Flow = Flow {
        load: false,
        store: false,
        several: false,
        part: 8,
        address: Registers::NONE,
        data: Registers::NONE,
        loaded: Registers::NONE,
        computed: Registers::NONE,
        updated: Registers::NONE,
        status: Registers::NONE,
        branch: false,
        context_sync: false,
    };

    /// Not understood: any register and any memory, made from anything.
    pub const UNKNOWN: Flow = Flow {
        load: true,
        store: true,
        several: true,
        part: 8,
        address: Registers::ALL,
        data: Registers::ALL,
        loaded: Registers::ALL,
        computed: Registers::ALL,
        updated: Registers::ALL,
        status: Registers::NONE,
        branch: true,
        context_sync: false,
    };

    /// Whether it accesses memory.
    #[must_use]
    pub const fn is_access(&self) -> bool {
        self.load || self.store
    }

    /// Every register that it reads or writes.
    #[must_use]
    pub const fn touched(&self) -> Registers {
        self.written().union(self.address).union(self.data)
    }

    /// Whether it is known which registers it reads and writes.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        let all = [
            self.address,
            self.data,
            self.loaded,
            self.computed,
            self.updated,
            self.status,
        ];
        !all.contains(&Registers::ALL)
    }

    /// Every register that it writes.
    #[must_use]
    #[inline]
    pub const fn written(&self) -> Registers {
        let from_memory = self.loaded.union(self.status);
        from_memory.union(self.computed).union(self.updated)
    }
}
