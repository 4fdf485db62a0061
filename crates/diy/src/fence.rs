//! Fences, and which pairs of accesses they order.
//!
//! Sources: Armv8 ARM B2.3 (DMB, DSB), RISC-V unprivileged manual 2.7 and 17.1 (FENCE,
//! FENCE.TSO), Power ISA Book II 4.6 (`sync`, `lwsync`, `eieio`), Intel SDM 3A 9.2. All locations
//! are in normal cacheable memory, so shareability domains do not matter.

use crate::Arch;

/// Which accesses before a fence it keeps before which accesses after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Pairs {
    /// Reads before reads.
    pub rr: bool,
    /// Reads before writes.
    pub rw: bool,
    /// Writes before reads.
    pub wr: bool,
    /// Writes before writes.
    pub ww: bool,
}

impl Pairs {
    const fn of(rr: bool, rw: bool, wr: bool, ww: bool) -> Pairs {
        Pairs { rr, rw, wr, ww }
    }
}

const NONE: Pairs = Pairs::of(false, false, false, false);
const ALL: Pairs = Pairs::of(true, true, true, true);
const READS_FIRST: Pairs = Pairs::of(true, true, false, false);
const WRITES: Pairs = Pairs::of(false, false, false, true);
const WRITES_FIRST: Pairs = Pairs::of(false, false, true, true);
const ALL_BUT_WR: Pairs = Pairs::of(true, true, false, true);

/// A fence instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fence {
    /// What relations with it start with.
    pub relation: &'static str,
    /// What names of tests call it.
    pub token: &'static str,
    /// The instruction.
    pub instruction: &'static str,
    /// What it orders.
    pub pairs: Pairs,
    /// Later instructions are fetched again after it (`isb`, `isync`, `fence.i`).
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
        pairs: NONE,
        context_sync: true,
    }
}

const AARCH64: [Fence; 13] = [
    fence("DMB.SY", "dmb.sy", "DMB SY", ALL),
    fence("DMB.LD", "dmb.ld", "DMB LD", READS_FIRST),
    fence("DMB.ST", "dmb.st", "DMB ST", WRITES),
    fence("DMB.ISH", "dmb.ish", "DMB ISH", ALL),
    fence("DMB.ISHLD", "dmb.ishld", "DMB ISHLD", READS_FIRST),
    fence("DMB.ISHST", "dmb.ishst", "DMB ISHST", WRITES),
    fence("DSB.SY", "dsb.sy", "DSB SY", ALL),
    fence("DSB.LD", "dsb.ld", "DSB LD", READS_FIRST),
    fence("DSB.ST", "dsb.st", "DSB ST", WRITES_FIRST),
    fence("DSB.ISH", "dsb.ish", "DSB ISH", ALL),
    fence("DSB.ISHLD", "dsb.ishld", "DSB ISHLD", READS_FIRST),
    fence("DSB.ISHST", "dsb.ishst", "DSB ISHST", WRITES_FIRST),
    context_sync("ISB", "isb", "ISB"),
];

const PPC: [Fence; 4] = [
    fence("Sync", "sync", "sync", ALL),
    fence("LwSync", "lwsync", "lwsync", ALL_BUT_WR),
    fence("Eieio", "eieio", "eieio", WRITES),
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
    riscv!("r", "r", Pairs::of(true, false, false, false)),
    riscv!("r", "w", Pairs::of(false, true, false, false)),
    riscv!("r", "rw", READS_FIRST),
    riscv!("w", "r", Pairs::of(false, false, true, false)),
    riscv!("w", "w", WRITES),
    riscv!("w", "rw", WRITES_FIRST),
    riscv!("rw", "r", Pairs::of(true, false, true, false)),
    riscv!("rw", "w", Pairs::of(false, true, false, true)),
    riscv!("rw", "rw", ALL),
    fence("Fence.tso", "fence.tso", "fence.tso", ALL_BUT_WR),
    context_sync("Fence.i", "fence.i", "fence.i"),
];

const X86_64: [Fence; 3] = [
    fence("MFence", "mfence", "mfence", ALL),
    fence("SFence", "sfence", "sfence", WRITES),
    fence("LFence", "lfence", "lfence", READS_FIRST),
];

impl Fence {
    /// The fences of an architecture.
    #[must_use]
    pub const fn all(arch: Arch) -> &'static [Fence] {
        match arch {
            Arch::AArch64 => &AARCH64,
            Arch::Ppc => &PPC,
            Arch::Riscv => &RISCV,
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
