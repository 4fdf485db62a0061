//! What an instruction does to the order of memory accesses, read from its bytes.
//!
//! [`decode`] takes the bytes of one instruction and says which [`Effect`] it has on the order
//! in which its thread's accesses reach memory: whether it is a fence, an exclusive or atomic
//! access, an acquire or a release. It is pure: no I/O, no state, no `unsafe`, and total: any
//! bytes have an answer.
//!
//! # Sound by default
//!
//! What is not understood makes memory stronger, never weaker. Each decoder lists the groups of
//! encodings that are known to be harmless (arithmetic, branches, ordinary loads and stores …)
//! and those whose ordering it knows; everything else is [`Effect::UNKNOWN`], a full fence that
//! may have written anywhere. So a gap here can hide a bug of the guest; it cannot invent one.
//!
//! # Limits
//!
//! Each of these is stronger than the architecture (it may hide an outcome, never add one):
//!
//! - `UNKNOWN` on purpose: SVE, SME, MTE tag accesses, `ld64b`/`st64b`, LSE128, RCPC3, THE and
//!   MOPS on AArch64; transactional memory, `copy`/`paste` and prefixed instructions on Power;
//!   the vector extension on RISC-V; EVEX, XOP, AMX, TSX and `cmpccxadd` on x86-64; and what
//!   only a kernel executes, everywhere.
//! - Non-temporal accesses (`movnt*` on x86-64, `ldnp`/`stnp` on AArch64) are ordinary accesses
//!   here; hardware orders them less.
//! - Cache maintenance to a point of coherency or unification (`dc cvac`, `dcbf`, `clflush`,
//!   `cbo.flush` …) is a full fence here.
//! - On AArch64, a failed `casal` is a full fence here, where the architecture makes it a
//!   load-acquire; `dsb ld` is a full fence; and an atomic without a result (`stadd`) counts
//!   as a read for `dmb ld`, which the architecture does not.
//! - On RISC-V, the release of `lr.rl` and the acquire of `sc.aq` (each alone) order the
//!   thread's other reads and writes of the same side too: `RR|WR` and `WR|WW`.
//!
//! What an instruction passes on between registers and memory, so that dependencies can be
//! followed, is another question, with another answer: [`flow()`].

#![forbid(unsafe_code)]

mod aarch64;
mod bits;
mod flow;
mod ppc64le;
mod riscv64;
mod x86_64;

pub use arch::{Arch, Pairs};
pub use flow::{Flow, Registers};

/// The registers of each architecture that [`flow()`] speaks of, by name.
pub mod registers {
    pub use crate::aarch64::registers as aarch64;
}

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

    const SPIN_HINT: Effect = Effect {
        spin_hint: true,
        ..Effect::PLAIN
    };

    const UNSEEN_WRITE: Effect = Effect {
        unseen_write: true,
        ..Effect::PLAIN
    };

    const fn fence(fence: Pairs) -> Effect {
        Effect {
            fence,
            ..Effect::PLAIN
        }
    }

    const fn access(access: Access) -> Effect {
        Effect {
            access,
            ..Effect::PLAIN
        }
    }

    const fn with_acquire(self, acquire: Acquire) -> Effect {
        Effect { acquire, ..self }
    }

    const fn with_release(self, release: bool) -> Effect {
        Effect { release, ..self }
    }

    const fn with_fence(self, fence: Pairs) -> Effect {
        Effect { fence, ..self }
    }

    const fn plain_if(known: bool) -> Effect {
        if known {
            Effect::PLAIN
        } else {
            Effect::UNKNOWN
        }
    }
}

/// The effect of the one instruction that `bytes` holds, in the order in which they lie in
/// memory.
///
/// Bytes that are not exactly one instruction (too few, too many, none) are
/// [`Effect::UNKNOWN`].
///
/// ```
/// use isa::{Acquire, Arch, Pairs, decode};
///
/// let ldar = decode(Arch::AArch64, &0x88df_fc20_u32.to_le_bytes()); // ldar w0, [x1]
/// assert_eq!(ldar.acquire, Acquire::Rcsc);
/// assert_eq!(decode(Arch::X86_64, &[0x0f, 0xae, 0xf0]).fence, Pairs::ALL); // mfence
/// assert!(decode(Arch::Riscv64, &[0x13]).unknown); // half an instruction
/// ```
#[must_use]
pub fn decode(arch: Arch, bytes: &[u8]) -> Effect {
    match arch {
        Arch::AArch64 => word(bytes).map_or(Effect::UNKNOWN, aarch64::decode),
        Arch::Ppc64le => word(bytes).map_or(Effect::UNKNOWN, ppc64le::decode),
        Arch::Riscv64 => riscv64::decode(bytes),
        Arch::X86_64 => x86_64::decode(bytes),
    }
}

/// How the one instruction that `bytes` holds passes values on.
///
/// Bytes that are not exactly one instruction are [`Flow::UNKNOWN`], and so is every instruction
/// of x86-64: there all loads stay in order, whatever depends on what.
#[must_use]
pub fn flow(arch: Arch, bytes: &[u8]) -> Flow {
    match arch {
        Arch::AArch64 => word(bytes).map_or(Flow::UNKNOWN, aarch64::flow),
        Arch::Ppc64le => word(bytes).map_or(Flow::UNKNOWN, ppc64le::flow),
        Arch::Riscv64 => riscv64::flow(bytes),
        Arch::X86_64 => Flow::UNKNOWN,
    }
}

/// The little-endian word that `bytes` is, if it is one.
fn word(bytes: &[u8]) -> Option<u32> {
    bytes.try_into().ok().map(u32::from_le_bytes)
}
