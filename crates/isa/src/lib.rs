//! Decodes one instruction: its effect on the order of memory accesses, and its register flow.
//!
//! In: an [`Arch`] and the bytes of one instruction. Out: an [`Effect`] and a [`Flow`]. Never
//! knows: the model, threads, QEMU.
//!
//! - [`decode`] returns the [`Effect`]: whether the instruction is a fence, an exclusive or atomic
//!   access, an acquire or a release.
//! - [`flow()`] returns the [`Flow`]: which registers the instruction reads and writes, and for
//!   what, so that dependencies can be followed.
//!
//! - [`single()`] returns whether the instruction's access of two registers, or of 16 bytes, is one
//!   single-copy atomic access.
//! - [`reads_clock`] returns whether the instruction reads a counter of time or cycles.
//!
//! All are pure (no I/O, no state, no `unsafe`) and total (they have an answer for any bytes).
//!
//! # Sound by default
//!
//! An unknown instruction makes memory stronger, never weaker. Each decoder lists the groups of
//! encodings that order nothing (arithmetic, branches, ordinary loads and stores …) and those
//! whose ordering it knows. Everything else is [`Effect::UNKNOWN`], a full fence that may have
//! written anywhere. So a gap in a decoder can hide a bug of the guest, but cannot invent one.
//!
//! # Limits
//!
//! Each of these is stronger than the architecture: it may hide an outcome, but never adds one.
//!
//! - These are `UNKNOWN` on purpose: SVE, SME, MTE tag accesses, `ld64b`/`st64b`, LSE128, RCPC3,
//!   THE and MOPS on AArch64; transactional memory, `copy`/`paste` and prefixed instructions on
//!   Power; the vector extension on RISC-V; EVEX, XOP, AMX, TSX and `cmpccxadd` on x86-64;
//!   privileged instructions on all four.
//! - Non-temporal accesses (`movnt*` on x86-64, `ldnp`/`stnp` on AArch64) are ordinary accesses.
//!   Hardware orders them less.
//! - Cache maintenance to a point of coherency or unification (`dc cvac`, `dcbf`, `clflush`,
//!   `cbo.flush` …) is a full fence.
//! - On AArch64, a `casal` that fails is a full fence, where the architecture makes it a
//!   load-acquire. `dsb ld` is a full fence.
//! - On RISC-V, `lr.rl` and `sc.aq` order more than their own access: `lr.rl` is also a fence
//!   `RR|WR`, and `sc.aq` a fence `WR|WW`.

#![forbid(unsafe_code)]

mod aarch64;
mod bits;
mod clock;
mod constant;
mod effect;
mod expected;
mod flow;
mod ppc64le;
mod register_set;
mod riscv64;
mod single;
mod width;
mod x86_64;

pub use arch::{Arch, Pairs};
pub use clock::reads_clock;
pub use constant::{Compare, Constant};
pub use effect::{Access, Acquire, Effect};
pub use flow::Flow;
pub use register_set::Registers;
pub use single::Single;
pub use width::width;

/// Names for the registers of a [`Flow`].
pub mod registers {
    pub use crate::aarch64::registers as aarch64;
}

/// Returns the effect of the instruction `bytes`, which are in the order of memory.
///
/// If `bytes` is not exactly one instruction (too few, too many, none), the effect is
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

/// Returns the register flow of the instruction `bytes`, which are in the order of memory.
///
/// If `bytes` is not exactly one instruction, the flow is [`Flow::UNKNOWN`]. So is that of every
/// x86-64 instruction: x86-64 keeps all loads in order, so dependencies do not matter.
#[must_use]
pub fn flow(arch: Arch, bytes: &[u8]) -> Flow {
    match arch {
        Arch::AArch64 => word(bytes).map_or(Flow::UNKNOWN, aarch64::flow),
        Arch::Ppc64le => word(bytes).map_or(Flow::UNKNOWN, ppc64le::flow),
        Arch::Riscv64 => riscv64::flow(bytes),
        Arch::X86_64 => Flow::UNKNOWN,
    }
}

/// Returns whether the accesses of the instruction `bytes`, which are in the order of memory, are one
/// single-copy atomic access: those of two registers, or of 16 bytes, if aligned to their size.
///
/// It is [`Single::No`] for all other instructions, and for bytes that [`decode`] does not know.
/// On RISC-V only `amocas.q` is one access ("Zacas"). ("Zama16b" concerns no registers of 16 bytes.)
#[must_use]
pub fn single(arch: Arch, bytes: &[u8]) -> Single {
    match arch {
        Arch::AArch64 => word(bytes).map_or(Single::No, aarch64::single),
        Arch::Ppc64le => word(bytes).map_or(Single::No, ppc64le::single),
        Arch::Riscv64 => riscv64::single(bytes),
        Arch::X86_64 => x86_64::single(bytes),
    }
}

/// Returns `bytes` as a little-endian word, if there are four.
fn word(bytes: &[u8]) -> Option<u32> {
    bytes.try_into().ok().map(u32::from_le_bytes)
}
