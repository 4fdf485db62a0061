//! The steps of a processor: one for each access, fence and branch of the test.

use crate::{Fence, Register};

/// One step of a processor, in program order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A memory access.
    Access(Access),
    /// A fence.
    Fence(Fence),
    /// A conditional branch, to the next instruction, on what the step `source` read: a control
    /// dependency of everything after it.
    Branch {
        /// The step that read the value.
        source: usize,
    },
    /// A register that is always 0 and depends on what the step `source` read or computed.
    Copy {
        /// That step.
        source: usize,
        /// What the dependency goes through.
        through: Through,
    },
}

/// What a dependency between registers goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Through {
    /// A conditional select, which takes the value of one of two other registers: a *pick* dependency
    /// (AArch64's `csel`).
    Select,
    /// As `Select`, after a comparison that is conditional itself (AArch64's `ccmp`).
    ConditionalCompare,
    /// The condition flags as a value (AArch64's NZCV, Power's CR).
    Flags,
    /// The carry (AArch64's NZCV.C, Power's XER.CA).
    Carry,
    /// The rounding mode (AArch64's FPCR, RISC-V's frm).
    RoundingMode,
    /// The floating-point status (RISC-V's fflags, which accrue).
    Status,
}

impl Through {
    /// Whether it only chooses a value that is computed without `source`: a pick dependency, which
    /// orders later writes and no later reads. Source: `aarch64deps.cat`, `pick-dep`.
    #[must_use]
    pub const fn picks(self) -> bool {
        matches!(self, Through::Select | Through::ConditionalCompare)
    }
}

/// A memory access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// The operation.
    pub operation: Operation,
    /// The location, as an index into the test's locations.
    pub location: usize,
    /// Its size in bytes: 1, 2, 4, 8 or 16.
    pub size: u8,
    /// Its offset from the start of the location in bytes; a multiple of the size.
    pub offset: u8,
    /// The value that it writes or adds; 0 for reads. Of 16 bytes, the lower half.
    pub value: Value,
    /// The upper half of the value that it writes, of 16 bytes.
    pub upper_value: u64,
    /// Its annotation.
    pub order: Order,
    /// The register for the value that it reads; [`crate::Test::new`] chooses one if it is `None`, unless
    /// the access discards the value.
    pub result: Option<Register>,
    /// The register for the upper half of the 16 bytes that it reads, chosen in the same manner.
    pub upper_result: Option<Register>,
    /// Whether one instruction makes this access and the next one, of 8 bytes each, on a CPU that does
    /// not make them one.
    pub halves: bool,
    /// The register for the status of an [`Operation::WriteExclusive`].
    pub status: Option<Register>,
    /// The step on whose result its address depends.
    pub address: Option<usize>,
    /// The step on whose result the written value depends.
    pub data: Option<usize>,
    /// The step on whose result the expected value of an [`Operation::CompareExchange`] depends.
    pub expected: Option<usize>,
    /// Whether an atomic discards what it reads: its result register is the zero register.
    pub discards: bool,
}

/// The operation of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Reads.
    Read,
    /// Writes the value.
    Write,
    /// Reads and writes the value, atomically.
    Exchange,
    /// Reads and writes the sum, atomically.
    Add,
    /// Reads, and writes the value if it read this, atomically.
    CompareExchange(u64),
    /// Reads and reserves.
    ReadExclusive,
    /// Writes if its processor still holds the last reservation, and fails otherwise.
    WriteExclusive(Status),
}

impl Operation {
    /// Whether it reads.
    #[must_use]
    pub const fn reads(self) -> bool {
        !matches!(self, Operation::Write | Operation::WriteExclusive(_))
    }

    /// Whether it writes, or may write.
    #[must_use]
    pub const fn writes(self) -> bool {
        !matches!(self, Operation::Read | Operation::ReadExclusive)
    }

    /// Whether one instruction does both.
    #[must_use]
    pub const fn is_atomic(self) -> bool {
        self.reads() && self.writes()
    }
}

/// The status values of a store-conditional.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status {
    /// If it wrote.
    pub success: u64,
    /// If it did not.
    pub failure: u64,
}

/// The value of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// This number. If [`Access::data`] is set, an exclusive or makes it depend on that result.
    Constant(u64),
    /// The sum of this and the result of [`Access::data`].
    Plus(u64),
}

/// How an access is ordered with other accesses of its processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Order {
    /// Whether it is ordered before later accesses.
    pub acquire: Acquire,
    /// Whether it is ordered after earlier accesses.
    pub release: Release,
}

/// Acquire, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Acquire {
    /// Not.
    #[default]
    No,
    /// RCpc: may overtake an earlier release (`ldapr`).
    Pc,
    /// RCsc: may not overtake an earlier RCsc release (`ldar`, `.aq`).
    Sc,
}

/// Release, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Release {
    /// Not.
    #[default]
    No,
    /// RCpc: a later acquire may overtake it.
    Pc,
    /// RCsc: see [`Acquire::Sc`] (`stlr`, `.rl`).
    Sc,
}

impl Access {
    /// A plain access of four bytes that depends on nothing.
    #[must_use]
    pub const fn new(operation: Operation, location: usize, value: Value) -> Access {
        Access {
            operation,
            location,
            size: 4,
            offset: 0,
            value,
            upper_value: 0,
            order: Order {
                acquire: Acquire::No,
                release: Release::No,
            },
            result: None,
            upper_result: None,
            halves: false,
            status: None,
            address: None,
            data: None,
            expected: None,
            discards: false,
        }
    }

    /// A plain read.
    #[must_use]
    pub const fn read(location: usize) -> Access {
        Access::new(Operation::Read, location, Value::Constant(0))
    }

    /// A plain write.
    #[must_use]
    pub const fn write(location: usize, value: u64) -> Access {
        Access::new(Operation::Write, location, Value::Constant(value))
    }

    /// The access with this order.
    #[must_use]
    pub const fn ordered(mut self, acquire: Acquire, release: Release) -> Access {
        self.order = Order { acquire, release };
        self
    }

    /// The access with this size and offset in bytes.
    #[must_use]
    pub const fn sized(mut self, size: u8, offset: u8) -> Access {
        self.size = size;
        self.offset = offset;
        self
    }

    /// The access of 16 bytes that writes this to each half, if it writes.
    #[must_use]
    pub const fn wide(self, upper: u64) -> Access {
        let mut wide = self.sized(16, 0);
        wide.upper_value = upper;
        wide
    }

    /// The access as the first one of an instruction that makes two.
    #[must_use]
    pub const fn with_next(mut self) -> Access {
        self.halves = true;
        self
    }

    /// The access without a result.
    #[must_use]
    pub const fn discarding(mut self) -> Access {
        self.discards = true;
        self
    }

    /// The access with its result in this register.
    #[must_use]
    pub const fn into(mut self, register: Register) -> Access {
        self.result = Some(register);
        self
    }
}
