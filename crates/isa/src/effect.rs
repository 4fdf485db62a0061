//! What one instruction does to the order of memory accesses.

use arch::Pairs;

/// What kind of atomicity an instruction's access has beyond single-copy atomicity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// No exclusive or atomic access. Plain loads and stores, instructions that do not access
    /// memory, and loads and stores with acquire or release are all here.
    Plain,
    /// A load that takes a reservation: `ldxr`, `lwarx`, `lr`.
    LoadReserved,
    /// A store that succeeds only with its reservation: `stxr`, `stwcx.`, `sc`.
    StoreConditional,
    /// Read-modify-write in one instruction: `ldadd`, `cas`, `lwat`, `amoadd`, `lock xadd`.
    Atomic,
}

/// The order of an instruction's own read before the later accesses of its thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Acquire {
    /// None.
    No,
    /// The read comes before all later accesses; it does not wait for the thread's own earlier
    /// release stores (processor consistent): `ldapr`.
    Rcpc,
    /// The read comes before all later accesses and after the thread's own earlier release
    /// stores (sequentially consistent): `ldar`, `ldaxr`, LSE atomics with A, RISC-V `.aq`.
    Rcsc,
}

/// What one instruction does to the order of its thread's accesses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Effect {
    /// The order that the instruction keeps by itself, between all earlier and all later
    /// accesses.
    ///
    /// Where the instruction accesses memory too (a fully ordered atomic, such as x86's `lock`;
    /// an unknown instruction), it fences on both sides of its own access, which counts as a
    /// later one of those before and as an earlier one of those after.
    pub fence: Pairs,
    /// Whether its access is exclusive or atomic.
    pub access: Access,
    /// Whether its read is an acquire: all later accesses of the thread come after it. On a
    /// [`Access::StoreConditional`] (RISC-V's `sc.aq`) it is its write that they come after.
    pub acquire: Acquire,
    /// Whether its write is a release: all earlier accesses of the thread come before it. On a
    /// [`Access::LoadReserved`] (RISC-V's `lr.rl`) it is its read that they come before.
    pub release: bool,
    /// It writes memory that QEMU reports to no plugin callback (`dc zva`, `dcbz`, `cbo.zero`,
    /// `xsave` …), or may do so.
    pub unseen_write: bool,
    /// It is a hint that the thread waits for another: `yield`, `wfe`, `pause`, the low
    /// priorities of Power; on AArch64 `isb` too, because Rust's `spin_loop` emits it.
    pub spin_hint: bool,
    /// The bytes are not understood: taken as the strongest.
    pub unknown: bool,
}

impl Effect {
    /// No effect on order: arithmetic, branches, ordinary loads and stores, system calls.
    pub const PLAIN: Effect = Effect {
        fence: Pairs::NONE,
        access: Access::Plain,
        acquire: Acquire::No,
        release: false,
        unseen_write: false,
        spin_hint: false,
        unknown: false,
    };

    /// Not understood: a full fence that may have written anywhere.
    pub const UNKNOWN: Effect = Effect {
        fence: Pairs::ALL,
        unseen_write: true,
        unknown: true,
        ..Effect::PLAIN
    };

    /// Whether there is no effect on order at all, so that the instruction's accesses, if it
    /// has any, are ordinary ones.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Effect::PLAIN
    }

    pub(crate) const SPIN_HINT: Effect = Effect {
        spin_hint: true,
        ..Effect::PLAIN
    };

    pub(crate) const UNSEEN_WRITE: Effect = Effect {
        unseen_write: true,
        ..Effect::PLAIN
    };

    pub(crate) const fn fence(fence: Pairs) -> Effect {
        Effect {
            fence,
            ..Effect::PLAIN
        }
    }

    pub(crate) const fn access(access: Access) -> Effect {
        Effect {
            access,
            ..Effect::PLAIN
        }
    }

    pub(crate) const fn with_acquire(self, acquire: Acquire) -> Effect {
        Effect { acquire, ..self }
    }

    pub(crate) const fn with_release(self, release: bool) -> Effect {
        Effect { release, ..self }
    }

    pub(crate) const fn with_fence(self, fence: Pairs) -> Effect {
        Effect { fence, ..self }
    }

    pub(crate) const fn plain_if(known: bool) -> Effect {
        if known {
            Effect::PLAIN
        } else {
            Effect::UNKNOWN
        }
    }
}
