//! What one instruction does to the order of its thread's memory accesses.

use arch::Pairs;

/// Whether an instruction's access is plain, exclusive or atomic.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// Neither exclusive nor atomic. Loads and stores with acquire or release are plain too, and
    /// so are instructions that access no memory.
    Plain,
    /// A load that takes a reservation: `ldxr`, `lwarx`, `lr`.
    LoadReserved,
    /// A store that fails if its thread has lost the reservation: `stxr`, `stwcx.`, `sc`.
    StoreConditional,
    /// A read-modify-write in one instruction: `ldadd`, `cas`, `lwat`, `amoadd`, `lock xadd`.
    Atomic,
}

/// Whether an instruction's read is an acquire, and of which kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Acquire {
    /// The read is not an acquire.
    No,
    /// A processor-consistent acquire: all later accesses are ordered after the read, but the
    /// read is not ordered after the thread's own earlier release stores (`ldapr`).
    Rcpc,
    /// A sequentially consistent acquire: all later accesses are ordered after the read, and the
    /// read is ordered after the thread's own earlier release stores (`ldar`, `ldaxr`, LSE
    /// atomics with A, RISC-V `.aq`).
    Rcsc,
}

/// What one instruction does to the order of its thread's accesses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Effect {
    /// The pairs of earlier and later accesses that the instruction orders, as a fence does.
    ///
    /// An instruction that also accesses memory (x86's `lock`, an unknown instruction) acts as
    /// two fences, one on each side of its own access.
    pub fence: Pairs,
    /// Whether the access is plain, exclusive or atomic.
    pub access: Access,
    /// Whether the read is an acquire: all later accesses of the thread are ordered after it. For
    /// a [`Access::StoreConditional`] (RISC-V's `sc.aq`) they are ordered after its write.
    pub acquire: Acquire,
    /// Whether the write is a release: it is ordered after all earlier accesses of the thread.
    /// For a [`Access::LoadReserved`] (RISC-V's `lr.rl`) its read is ordered after them.
    pub release: bool,
    /// The instruction is an AArch64 atomic whose destination register is XZR or WZR (`stadd`,
    /// `swp …, xzr`, `cas xzr, …`): `dmb ld` does not order its read (B2.3
    /// "Barrier-ordered-before"; herd's aarch64hwreqs.cat, NoRet).
    pub no_result: bool,
    /// The instruction writes memory, or may write it, without a callback from QEMU (`dc zva`,
    /// `dcbz`, `cbo.zero`, `xsave` …).
    pub unseen_write: bool,
    /// The instruction hints that the thread waits for another one: `yield`, `wfe`, `pause`,
    /// Power's low priorities. AArch64's `isb` counts too, because Rust's `spin_loop` emits it.
    pub spin_hint: bool,
    /// The decoder does not know the bytes, and assumes the strongest effect.
    pub unknown: bool,
}

impl Effect {
    /// No effect on order: arithmetic, branches, ordinary loads and stores, system calls.
    pub const PLAIN: Effect = Effect {
        fence: Pairs::NONE,
        access: Access::Plain,
        acquire: Acquire::No,
        release: false,
        no_result: false,
        unseen_write: false,
        spin_hint: false,
        unknown: false,
    };

    /// The effect of unknown bytes: a full fence that may have written anywhere.
    pub const UNKNOWN: Effect = Effect {
        fence: Pairs::ALL,
        unseen_write: true,
        unknown: true,
        ..Effect::PLAIN
    };

    /// Whether the instruction has no effect on order: its accesses, if any, are ordinary ones.
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

    pub(crate) const fn with_no_result(self, no_result: bool) -> Effect {
        Effect { no_result, ..self }
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
