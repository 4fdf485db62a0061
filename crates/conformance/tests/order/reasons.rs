//! Why the order of two calls makes no difference.

use conformance::{Sort, Swap};
use diy::Arch;
use weakmem::Call;

/// Whether any instruction of the architecture's tests is of the sort.
pub fn has(arch: Arch, sort: Sort) -> bool {
    match arch {
        Arch::AArch64 | Arch::Riscv64 => true,
        Arch::Ppc64le => sort != Sort::Atomic,
        Arch::X86_64 => !matches!(sort, Sort::LoadReserved | Sort::StoreConditional),
    }
}

const NOTHING_BETWEEN: &str =
    "it reads the newest write, and no other thread's step lies between the two";
const NO_ACQUIRE: &str = "no instruction of the sort is an acquire";
const NO_FENCE: &str = "no instruction of the sort is a fence";

/// The reason, if there is one.
pub fn reason(swap: &Swap, arch: Arch) -> Option<&'static str> {
    use Call::*;
    let Swap {
        sort,
        first,
        second,
    } = *swap;
    let pair = (first, second);
    if sort == Sort::Store {
        return (pair == (Expect, Access)).then_some("a store reads nothing");
    }
    if sort == Sort::Fence {
        return Some("no instruction is both a fence and a context synchronisation");
    }
    let of = |call| first == call || second == call;
    let skips_compare = (sort, first, second) == (Sort::Atomic, SeeOneMoment, Expect);
    if of(SeeOneMoment) && arch != Arch::X86_64 && !(skips_compare && arch == Arch::AArch64) {
        return Some(match pair {
            (AwaitReleases, _) => "no test has a release to a part of what a later acquire reads",
            (_, Compare) => "no test has a compare-and-swap of more than one granule",
            _ => "memory is brought up to date whenever a write comes to be seen",
        });
    }
    if of(Compare) && arch == Arch::Riscv64 {
        return Some("no instruction of the sort is a compare-and-swap");
    }
    if of(BeginAtomic) && arch == Arch::Riscv64 {
        return Some("an atomic is visible at once, so no other thread has one pending");
    }
    if (sort, pair) == (Sort::Atomic, (BeginAtomic, FenceBefore)) && arch == Arch::AArch64 {
        return Some("what another thread has pending is no access that the fence orders");
    }
    if (sort, pair) == (Sort::Atomic, (AwaitReleases, Compare)) && arch == Arch::AArch64 {
        return None;
    }
    if arch == Arch::X86_64 {
        return Some(
            "no load is stale, and an atomic is visible at once, after all earlier stores",
        );
    }
    let acquires = match sort {
        Sort::Load => arch == Arch::AArch64,
        Sort::StoreConditional => arch == Arch::Riscv64,
        _ => arch != Arch::Ppc64le,
    };
    let of_acquires = |call| matches!(call, AwaitReleases | FollowReleases | Acquired);
    if !acquires && (of_acquires(first) || of_acquires(second)) {
        return Some(NO_ACQUIRE);
    }
    let fences = match sort {
        Sort::Atomic => true,
        _ => arch == Arch::Riscv64,
    };
    let of_fences = |call| matches!(call, FenceBefore | FenceAfter);
    if !fences && (of_fences(first) || of_fences(second)) {
        return Some(NO_FENCE);
    }
    Some(match (sort, pair) {
        (Sort::StoreConditional, (AwaitReleases | Expect, _)) => {
            "a store-conditional reads nothing"
        }
        (_, (Access, FollowReleases)) => "the releases are visible since AwaitReleases",
        (Sort::Load, _) => return None,
        (Sort::Atomic, (AwaitReleases | SeeOneMoment, Expect)) if arch == Arch::AArch64 => {
            return None;
        }
        (Sort::Atomic, (AwaitReleases, Expect)) => "it reads the newest write anyway",
        (Sort::LoadReserved, (AwaitReleases, Expect) | (Access, Load)) => return None,
        (_, (Expect | FenceBefore, FenceBefore | Access)) if pair != (Expect, Access) => {
            NOTHING_BETWEEN
        }
        (Sort::Atomic, (Access, Load)) if arch == Arch::AArch64 => return None,
        (_, (Access, Load)) => NOTHING_BETWEEN,
        (Sort::Atomic, (FollowReleases, Load)) if arch == Arch::Riscv64 => {
            "an acquire is ordered after its own write, which is newer"
        }
        (Sort::Atomic, (Load, Write)) if arch == Arch::Riscv64 => {
            "no test of the suite depends on an atomic's result; see tests/beyond.rs"
        }
        (Sort::Atomic, (Write, Acquired)) if arch == Arch::AArch64 => {
            "an acquire is not ordered after its own write"
        }
        (_, (Acquired, FenceAfter)) => "the fence orders all that the acquire orders",
        (_, (Load | Write, FenceAfter)) if arch == Arch::Riscv64 => {
            "the acquire orders all that the fence must order"
        }
        (Sort::StoreConditional, (Write, Acquired)) => {
            "the fence orders all that the acquire orders"
        }
        (_, (Load, Reserve)) => {
            "no test depends on a status; see crates/weakmem/tests/machine/step.rs"
        }
        (_, (_, Reserve)) => "a reservation orders nothing",
        (_, (EndReservation, Write)) => "a thread's own write does not end its reservation",
        _ => return None,
    })
}
