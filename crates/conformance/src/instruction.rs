//! What each instruction of a litmus test is to the machine.
//!
//! The plugin reads the same from the bytes of an instruction; a test of its
//! (`overtake-plugin`, `translate`) compares the two for every kind of access and fence here.

use arch::Pairs;
use diy::{Access, Arch, Fence, Operation, Release};
use weakmem::{Acquire, Kind, Step};

/// What an access is to the machine.
#[must_use]
pub fn access(access: &Access, arch: Arch) -> Step {
    let kind = match access.operation {
        Operation::Read | Operation::Write => Kind::Plain,
        Operation::Exchange | Operation::Add | Operation::CompareExchange(_) => Kind::Atomic,
        Operation::ReadExclusive => Kind::LoadReserved,
        Operation::WriteExclusive(_) => Kind::StoreConditional,
    };
    // Arm ARM C6.2, `ldadda`, `swpa`: an acquire "if the destination register is not one of WZR or
    // XZR". `casa` has no such condition.
    let loses_acquire = arch == Arch::AArch64
        && access.discards
        && !matches!(access.operation, Operation::CompareExchange(_));
    let fence = if loses_acquire {
        Pairs::NONE
    } else {
        orders(access, kind, arch)
    };
    Step {
        kind,
        prepares: access.operation != Operation::Write,
        newest: matches!(kind, Kind::Atomic | Kind::StoreConditional),
        expected: match access.operation {
            Operation::CompareExchange(expected) => Some((expected, access.size)),
            _ => None,
        },
        single_copy: if access.operation.reads() {
            access.size
        } else {
            0
        },
        acquire: match access.order.acquire {
            _ if loses_acquire => Acquire::No,
            diy::Acquire::No => Acquire::No,
            diy::Acquire::Pc => Acquire::Rcpc,
            diy::Acquire::Sc => Acquire::Rcsc,
        },
        release: access.order.release != Release::No,
        no_result: access.discards,
        before: fence,
        after: fence,
        ..Step::default()
    }
}

/// What a fence is to the machine.
#[must_use]
pub fn fence(fence: &Fence, arch: Arch) -> Step {
    Step {
        before: fence.pairs,
        after: fence.pairs,
        // RISC-V's `fence.i` orders instruction fetches only.
        context_sync: fence.context_sync && arch != Arch::Riscv64,
        ..Step::default()
    }
}

/// What an access orders on both of its sides.
fn orders(access: &Access, kind: Kind, arch: Arch) -> Pairs {
    let acquire = access.order.acquire == diy::Acquire::Sc;
    let release = access.order.release != Release::No;
    match (arch, kind) {
        // `lock` and `xchg` (Intel SDM vol. 3, 9.2.2).
        (Arch::X86_64, Kind::Atomic) => Pairs::ALL,
        // "Barrier-ordered-before": an atomic with both acquire and release.
        (Arch::AArch64, Kind::Atomic) if acquire && release => Pairs::ALL,
        // RVWMO rules 5 and 6, both.
        (Arch::Riscv64, _) if acquire && release => Pairs::ALL,
        // One access of a kind that the annotation is not made for; see `isa`.
        (Arch::Riscv64, Kind::LoadReserved) if release => Pairs::RR | Pairs::WR,
        (Arch::Riscv64, Kind::StoreConditional) if acquire => Pairs::WR | Pairs::WW,
        _ => Pairs::NONE,
    }
}
