//! What a processor of a test does, one instruction that matters a step.

use crate::{Fence, Register};

/// One step of a processor, in program order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A memory access.
    Access(Access),
    /// A fence.
    Fence(Fence),
    /// A conditional branch on what the step `source` read, to the next instruction: everything
    /// after it depends on it by control.
    Branch {
        /// The step that read it.
        source: usize,
    },
}

/// A memory access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// What it does.
    pub operation: Operation,
    /// Where, as an index into the test's locations.
    pub location: usize,
    /// How many bytes: 1, 2, 4 or 8.
    pub size: u8,
    /// How many bytes after the location's start; a multiple of the size.
    pub offset: u8,
    /// What it writes, adds, or puts in place; 0 for reads.
    pub value: Value,
    /// Its annotation.
    pub order: Order,
    /// Where what it read goes; chosen by [`crate::Test::new`] if it is `None`.
    pub result: Option<Register>,
    /// Where [`Operation::WriteExclusive`] says whether it wrote.
    pub status: Option<Register>,
    /// The step whose result its address is made from.
    pub address: Option<usize>,
    /// The step whose result what it writes is made from.
    pub data: Option<usize>,
}

/// What an access does.
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
    /// Writes if the last reservation of its processor holds, or fails.
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

    /// Whether it does both as one instruction.
    #[must_use]
    pub const fn is_atomic(self) -> bool {
        self.reads() && self.writes()
    }
}

/// What a store-conditional says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status {
    /// If it wrote.
    pub success: u64,
    /// If it did not.
    pub failure: u64,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// This number; if [`Access::data`] is set, made from the result with an exclusive or.
    Constant(u64),
    /// The result of [`Access::data`] and this.
    Plus(u64),
}

/// How an access is ordered with others of its processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Order {
    /// Before what comes later.
    pub acquire: Acquire,
    /// After what comes earlier.
    pub release: Release,
}

/// Acquire, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Acquire {
    /// Not.
    #[default]
    No,
    /// Processor consistent: may overtake an earlier release (`ldapr`).
    Pc,
    /// Sequentially consistent: may not overtake an earlier release of that kind (`ldar`, `.aq`).
    Sc,
}

/// Release, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Release {
    /// Not.
    #[default]
    No,
    /// Processor consistent: a later acquire may overtake it.
    Pc,
    /// Sequentially consistent: see [`Acquire::Sc`] (`stlr`, `.rl`).
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
            order: Order {
                acquire: Acquire::No,
                release: Release::No,
            },
            result: None,
            status: None,
            address: None,
            data: None,
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

    /// As it is, with this order.
    #[must_use]
    pub const fn ordered(mut self, acquire: Acquire, release: Release) -> Access {
        self.order = Order { acquire, release };
        self
    }

    /// As it is, of `size` bytes, `offset` bytes after the location's start.
    #[must_use]
    pub const fn sized(mut self, size: u8, offset: u8) -> Access {
        self.size = size;
        self.offset = offset;
        self
    }

    /// As it is, with its result in this register.
    #[must_use]
    pub const fn into(mut self, register: Register) -> Access {
        self.result = Some(register);
        self
    }
}
