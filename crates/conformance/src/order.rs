//! The order of a step's calls, and two of them exchanged.

use diy::{Operation, Step};
use weakmem::Call;

/// What a step of a processor is, as far as its calls go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A plain load.
    Load,
    /// A plain store.
    Store,
    /// An atomic read-modify-write.
    Atomic,
    /// A load-reserved.
    LoadReserved,
    /// A store-conditional.
    StoreConditional,
    /// A fence.
    Fence,
}

impl Sort {
    /// All of them.
    pub const ALL: [Sort; 6] = [
        Sort::Load,
        Sort::Store,
        Sort::Atomic,
        Sort::LoadReserved,
        Sort::StoreConditional,
        Sort::Fence,
    ];

    /// What the step is; nothing if it makes none of the calls (a branch).
    #[must_use]
    pub const fn of(step: &Step) -> Option<Sort> {
        let access = match step {
            Step::Branch { .. } => return None,
            Step::Fence(_) => return Some(Sort::Fence),
            Step::Access(access) => access,
        };
        Some(match access.operation {
            Operation::Read => Sort::Load,
            Operation::Write => Sort::Store,
            Operation::Exchange | Operation::Add | Operation::CompareExchange(_) => Sort::Atomic,
            Operation::ReadExclusive => Sort::LoadReserved,
            Operation::WriteExclusive(_) => Sort::StoreConditional,
        })
    }

    /// Whether a call can do anything in such a step of a litmus test.
    const fn makes(self, call: Call) -> bool {
        use Sort::{Atomic, Fence, Load, LoadReserved, Store, StoreConditional};
        match call {
            // No instruction of a litmus test may write anywhere.
            Call::Synchronise => false,
            Call::AwaitReleases => !matches!(self, Store | Fence),
            Call::Expect | Call::Access => !matches!(self, Fence),
            Call::FenceBefore => !matches!(self, Load | Store),
            Call::ContextSync => matches!(self, Fence),
            Call::FollowReleases | Call::Load => matches!(self, Load | Atomic | LoadReserved),
            Call::EndReservation => matches!(self, StoreConditional),
            Call::Write => matches!(self, Store | Atomic | StoreConditional),
            Call::Acquired => !matches!(self, Store | Fence),
            Call::FenceAfter => !matches!(self, Load | Store | Fence),
            Call::Reserve => matches!(self, LoadReserved),
        }
    }

    /// The calls of such a step, in order.
    #[must_use]
    pub fn calls(self) -> Vec<Call> {
        let calls = Call::IN_ORDER.iter().copied();
        calls.filter(|call| self.makes(*call)).collect()
    }
}

/// Two neighbouring calls of a sort of step, exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swap {
    /// Of such steps.
    pub sort: Sort,
    /// The first of the two, where nothing is wrong.
    pub first: Call,
    /// The second.
    pub second: Call,
}

impl Swap {
    /// All of them, of all sorts of steps.
    #[must_use]
    pub fn all() -> Vec<Swap> {
        let of_sort = |sort: Sort| {
            let calls = sort.calls();
            let swap = move |two: &[Call]| Swap {
                sort,
                first: two[0],
                second: two[1],
            };
            calls.windows(2).map(swap).collect::<Vec<_>>()
        };
        Sort::ALL.into_iter().flat_map(of_sort).collect()
    }
}

/// The calls of a step, with this exchange in steps of its sort.
pub(crate) fn calls(sort: Sort, swap: Option<Swap>) -> Vec<Call> {
    let mut calls = sort.calls();
    if let Some(swap) = swap
        && swap.sort == sort
    {
        let first = calls.iter().position(|call| *call == swap.first);
        if let Some(first) = first {
            calls.swap(first, first + 1);
        }
    }
    calls
}
