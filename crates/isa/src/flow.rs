//! Which registers an instruction reads and writes, so that dependencies can be followed.
//!
//! Two accesses of a thread may be ordered because the second one depends on the value that the
//! first one read: through its address (Armv8 "address dependency", RVWMO rule 9, Power ISA
//! Book II 1.7.1), through its data, or through a conditional branch before it.
//! [`flow()`](crate::flow()) says which registers an instruction reads for its address and for
//! its data, and which registers it writes.

use crate::{Compare, Constant, Registers};

/// What one instruction reads and writes, and for what.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Flow {
    /// The instruction reads memory. An atomic both reads and writes.
    pub load: bool,
    /// The instruction writes memory.
    pub store: bool,
    /// The instruction may make more than one access: a pair, a vector register of 16 bytes or
    /// more, several registers.
    pub several: bool,
    /// The size of each single access, in bytes, where an emulator may report several as one: 4
    /// for a pair of words, 8 for everything else.
    pub part: u8,
    /// The registers from which the instruction computes the address of its access.
    pub address: Registers,
    /// The registers from which the instruction computes what it stores, its results, and where
    /// it branches to.
    pub data: Registers,
    /// The registers that only choose which of [`Flow::data`] the results are: AArch64's pick
    /// dependency. It orders later stores, and with `isb` later loads, but not loads alone. Empty on
    /// the other architectures, where such a register is in [`Flow::data`].
    pub picked: Registers,
    /// The registers that receive what the instruction loaded. For an atomic, they receive the
    /// old value of memory and nothing else.
    pub loaded: Registers,
    /// The registers that receive a result computed from [`Flow::data`].
    pub computed: Registers,
    /// The base registers that the instruction updates, from [`Flow::address`].
    pub updated: Registers,
    /// The registers that receive another result, computed from [`Flow::second_data`] alone.
    pub second: Registers,
    /// The registers from which [`Flow::second`] is computed.
    pub second_data: Registers,
    /// The sticky flags to which the instruction adds: they depend on what they depended on
    /// before, and on [`Flow::data`]. They are no source of the instruction's other results.
    pub accumulated: Registers,
    /// The registers that receive whether a store-conditional succeeded.
    pub status: Registers,
    /// What the thread executes next depends on [`Flow::data`]: a conditional or indirect branch.
    pub branch: bool,
    /// The instruction makes the CPU fetch later ones again (`isb`, `isync`). After a branch,
    /// later reads are ordered after the reads that the branch depends on.
    pub context_sync: bool,
    /// What an AArch64 compare-and-swap compares memory with.
    pub compare: Option<Compare>,
    /// The constant that the instruction writes, for AArch64's moves of one (`movz`, `movk` …).
    pub constant: Option<Constant>,
}

impl Flow {
    /// An instruction that reads and writes nothing.
    pub const NONE: Flow = Flow {
        load: false,
        store: false,
        several: false,
        part: 8,
        address: Registers::NONE,
        data: Registers::NONE,
        picked: Registers::NONE,
        loaded: Registers::NONE,
        computed: Registers::NONE,
        updated: Registers::NONE,
        second: Registers::NONE,
        second_data: Registers::NONE,
        accumulated: Registers::NONE,
        status: Registers::NONE,
        branch: false,
        context_sync: false,
        compare: None,
        constant: None,
    };

    /// The flow of unknown bytes: they may read and write any register and any memory.
    pub const UNKNOWN: Flow = Flow {
        load: true,
        store: true,
        several: true,
        part: 8,
        address: Registers::ALL,
        data: Registers::ALL,
        picked: Registers::NONE,
        loaded: Registers::ALL,
        computed: Registers::ALL,
        updated: Registers::ALL,
        second: Registers::NONE,
        second_data: Registers::NONE,
        accumulated: Registers::NONE,
        status: Registers::NONE,
        branch: true,
        context_sync: false,
        compare: None,
        constant: None,
    };

    /// Whether the instruction accesses memory.
    #[must_use]
    pub const fn is_access(&self) -> bool {
        self.load || self.store
    }

    /// Returns every register that the instruction reads.
    #[must_use]
    pub const fn read(&self) -> Registers {
        let data = self.data.union(self.picked).union(self.second_data);
        data.union(self.address)
    }

    /// Returns every register that the instruction reads or writes, except those in
    /// [`Flow::accumulated`]: as long as nothing depends on the others, these stay as they are.
    #[must_use]
    pub const fn touched(&self) -> Registers {
        self.written().union(self.read())
    }

    /// Whether the decoder knows which registers the instruction reads and writes.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let all = [
            self.address,
            self.data,
            self.loaded,
            self.computed,
            self.updated,
            self.second_data,
            self.status,
        ];
        !all.contains(&Registers::ALL)
    }

    /// Returns every register whose value the instruction replaces: all that it writes, except
    /// those in [`Flow::accumulated`].
    #[must_use]
    #[inline]
    pub const fn written(&self) -> Registers {
        let from_memory = self.loaded.union(self.status);
        let computed = self.computed.union(self.updated);
        from_memory.union(computed).union(self.second)
    }
}
