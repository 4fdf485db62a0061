//! Fences, and which pairs of accesses they order.
//!
//! Sources: Armv8 ARM B2.3 (DMB, DSB), RISC-V unprivileged manual 2.7 and 17.1 (FENCE,
//! FENCE.TSO), Power ISA Book II 4.6 (`sync`, `lwsync`, `eieio`), Intel SDM 3A 9.2. All locations
//! are in normal cacheable memory, so shareability domains do not matter.

use crate::{Arch, Pairs};

/// A fence instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fence {
    /// Its name in relations: `DMB.SY`.
    pub relation: &'static str,
    /// Its name in the names of tests: `dmb.sy`.
    pub token: &'static str,
    /// The instruction.
    pub instruction: &'static str,
    /// The pairs of accesses that it orders.
    pub pairs: Pairs,
    /// Whether it is a context synchronisation: later instructions are fetched again after it (`isb`,
    /// `isync`, `fence.i`).
    pub context_sync: bool,
}

const fn fence(
    relation: &'static str,
    token: &'static str,
    instruction: &'static str,
    pairs: Pairs,
) -> Fence {
    Fence {
        relation,
        token,
        instruction,
        pairs,
        context_sync: false,
    }
}

const fn context_sync(
    relation: &'static str,
    token: &'static str,
    instruction: &'static str,
) -> Fence {
    Fence {
        relation,
        token,
        instruction,
        pairs: Pairs::NONE,
        context_sync: true,
    }
}

const AARCH64: [Fence; 13] = [
    fence("DMB.SY", "dmb.sy", "DMB SY", Pairs::ALL),
    fence("DMB.LD", "dmb.ld", "DMB LD", Pairs::READ_ANY),
    fence("DMB.ST", "dmb.st", "DMB ST", Pairs::WW),
    fence("DMB.ISH", "dmb.ish", "DMB ISH", Pairs::ALL),
    fence("DMB.ISHLD", "dmb.ishld", "DMB ISHLD", Pairs::READ_ANY),
    fence("DMB.ISHST", "dmb.ishst", "DMB ISHST", Pairs::WW),
    fence("DSB.SY", "dsb.sy", "DSB SY", Pairs::ALL),
    fence("DSB.LD", "dsb.ld", "DSB LD", Pairs::READ_ANY),
    fence("DSB.ST", "dsb.st", "DSB ST", Pairs::WRITE_ANY),
    fence("DSB.ISH", "dsb.ish", "DSB ISH", Pairs::ALL),
    fence("DSB.ISHLD", "dsb.ishld", "DSB ISHLD", Pairs::READ_ANY),
    fence("DSB.ISHST", "dsb.ishst", "DSB ISHST", Pairs::WRITE_ANY),
    context_sync("ISB", "isb", "ISB"),
];

const PPC: [Fence; 4] = [
    fence("Sync", "sync", "sync", Pairs::ALL),
    fence("LwSync", "lwsync", "lwsync", Pairs::TSO),
    fence("Eieio", "eieio", "eieio", Pairs::WW),
    context_sync("ISync", "isync", "isync"),
];

/// A fence of RISC-V: predecessor set and successor set, each `r`, `w` or `rw`.
macro_rules! riscv {
    ($before:literal, $after:literal, $pairs:expr) => {
        fence(
            concat!("Fence.", $before, ".", $after),
            concat!("fence.", $before, ".", $after),
            concat!("fence ", $before, ",", $after),
            $pairs,
        )
    };
}

const RISCV: [Fence; 11] = [
    riscv!("r", "r", Pairs::RR),
    riscv!("r", "w", Pairs::RW),
    riscv!("r", "rw", Pairs::READ_ANY),
    riscv!("w", "r", Pairs::WR),
    riscv!("w", "w", Pairs::WW),
    riscv!("w", "rw", Pairs::WRITE_ANY),
    riscv!("rw", "r", Pairs::RR.union(Pairs::WR)),
    riscv!("rw", "w", Pairs::RW.union(Pairs::WW)),
    riscv!("rw", "rw", Pairs::ALL),
    fence("Fence.tso", "fence.tso", "fence.tso", Pairs::TSO),
    context_sync("Fence.i", "fence.i", "fence.i"),
];

const X86_64: [Fence; 3] = [
    fence("MFence", "mfence", "mfence", Pairs::ALL),
    fence("SFence", "sfence", "sfence", Pairs::WW),
    fence("LFence", "lfence", "lfence", Pairs::READ_ANY),
];

impl Fence {
    /// The fences of an architecture.
    #[must_use]
    pub const fn all(arch: Arch) -> &'static [Fence] {
        match arch {
            Arch::AArch64 => &AARCH64,
            Arch::Ppc64le => &PPC,
            Arch::Riscv64 => &RISCV,
            Arch::X86_64 => &X86_64,
        }
    }

    /// The fence that makes a branch a context synchronisation.
    pub(crate) fn context_synchronising(arch: Arch) -> Option<Fence> {
        Fence::all(arch)
            .iter()
            .copied()
            .find(|fence| fence.context_sync)
    }

    /// The fence with this relation name.
    #[must_use]
    pub fn named(arch: Arch, relation: &str) -> Option<Fence> {
        Fence::all(arch)
            .iter()
            .copied()
            .find(|fence| fence.relation == relation)
    }
}
