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
mod effect;
mod flow;
mod ppc64le;
mod riscv64;
mod x86_64;

pub use arch::{Arch, Pairs};
pub use effect::{Access, Acquire, Effect};
pub use flow::{Flow, Registers};

/// The registers of each architecture that [`flow()`] speaks of, by name.
pub mod registers {
    pub use crate::aarch64::registers as aarch64;
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
