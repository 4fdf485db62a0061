//! What one instruction is to the machine: a [`Step`] says what its bytes say, an [`Access`] what
//! differs from run to run.

use crate::view::View;
use arch::Pairs;

/// Whether an access is atomic beyond single-copy atomicity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Loads and stores, with acquire or release too; and instructions without an access.
    #[default]
    Plain,
    /// A load that takes a reservation: `ldxr`, `lwarx`, `lr`.
    LoadReserved,
    /// A store that succeeds only with its reservation: `stxr`, `stwcx.`, `sc`.
    StoreConditional,
    /// A read-modify-write in one instruction: `ldadd`, `cas`, `amoadd`, `lock xadd`.
    Atomic,
}

/// Whether, and how, a read is ordered before the later accesses of its thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Acquire {
    /// It is not.
    #[default]
    No,
    /// It is, and it need not be ordered after the thread's own earlier releases: `ldapr`.
    Rcpc,
    /// It is, and it is ordered after the thread's own earlier releases: `ldar`, `ldaxr`, `.aq`
    /// (Arm ARM B2.3.3; RVWMO rule 7).
    Rcsc,
}

/// What an instruction's bytes say about it. The default is an instruction that orders nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// Whether its access is atomic.
    pub kind: Kind,
    /// It may load, or be a store-conditional: [`crate::Machine::prepare`] prepares memory for it.
    pub prepares: bool,
    /// It reads what is newest: it is atomic, or not understood.
    pub newest: bool,
    /// It is a compare-and-swap for this value, of so many bytes. Where it would not find the value,
    /// it may read something stale, and fails.
    pub expected: Option<(u64, u8)>,
    /// Its access is single-copy atomic in aligned blocks of so many bytes (a power of two).
    pub single_copy: u8,
    /// It is an atomic that puts what it read nowhere. Where an atomic is not one operation
    /// ([`crate::Rules::atomic_is_one`]), fences of reads then do not order its read.
    pub no_result: bool,
    /// Whether its read is an acquire. On a store-conditional (RISC-V's `sc.aq`) it is its write.
    pub acquire: Acquire,
    /// Its write is a release.
    pub release: bool,
    /// What it orders before its access.
    pub before: Pairs,
    /// What it orders after its access.
    pub after: Pairs,
    /// It is a context synchronisation (`isb`, `isync`).
    pub context_sync: bool,
    /// It is ordered after all that is visible, because it may write anywhere.
    pub synchronises: bool,
}

impl Step {
    /// What a load of the step must see, if its address has this view.
    pub(crate) fn must_see(&self, address: View) -> View {
        if !self.prepares {
            View::NONE
        } else if self.newest && self.expected.is_none() {
            View::ALL
        } else {
            address
        }
    }

    /// Whether the step orders nothing and takes no reservation: it is a plain access, or none.
    #[inline]
    #[must_use]
    pub fn orders_nothing(&self) -> bool {
        self.kind == Kind::Plain
            && self.acquire == Acquire::No
            && !self.release
            && self.before.is_empty()
            && self.after.is_empty()
    }

    pub(crate) fn is_acquire(&self) -> bool {
        self.acquire != Acquire::No
    }
}

/// One memory access of a step, with what is known when it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access<'a> {
    /// Where.
    pub addr: u64,
    /// Number of bytes.
    pub len: usize,
    /// It stores, or it is the read-modify-write of an atomic.
    pub store: bool,
    /// What it stored; of a load-reserved, what it loaded. (Of other loads nothing.) At most
    /// [`crate::MAX_ACCESS`] bytes.
    pub bytes: &'a [u8],
    /// What its address depends on.
    pub address: View,
    /// What the data that it stores depends on.
    pub data: View,
    /// Of a load-reserved: it may be the second half of one instruction's pair.
    pub pair: bool,
}

impl Access<'_> {
    /// No access.
    pub const NONE: Access<'static> = Access {
        addr: 0,
        len: 0,
        store: false,
        bytes: &[],
        address: View::NONE,
        data: View::NONE,
        pair: false,
    };
}

/// To which memory an access is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// To memory that the model holds.
    Shared,
    /// To memory that only this thread uses.
    Private,
    /// To memory that the model holds from now on: all of it counts as written now.
    JustShared,
    /// To memory that the model does not hold although others use it: each store is visible at
    /// once.
    Unmodelled,
}
