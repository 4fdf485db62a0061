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
            Step::Branch { .. } | Step::Copy { .. } => return None,
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
            Call::SeeOneMoment => matches!(self, Load | Atomic | LoadReserved),
            Call::Compare => matches!(self, Atomic),
            Call::BeginAtomic => matches!(self, Atomic | StoreConditional),
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

/// Whether a call does something only where an instruction has an annotation or is a fence.
const fn is_optional(call: Call) -> bool {
    matches!(
        call,
        Call::AwaitReleases
            | Call::SeeOneMoment
            | Call::Compare
            | Call::FenceBefore
            | Call::ContextSync
            | Call::FollowReleases
            | Call::Acquired
            | Call::FenceAfter
    )
}

/// Two calls of a sort of step, exchanged. They are neighbours in some instruction of that sort.
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
        Sort::ALL.into_iter().flat_map(Swap::of).collect()
    }

    fn of(sort: Sort) -> Vec<Swap> {
        let calls = sort.calls();
        let mut swaps = Vec::new();
        for (index, first) in calls.iter().enumerate() {
            for second in &calls[index + 1..] {
                swaps.push(Swap {
                    sort,
                    first: *first,
                    second: *second,
                });
                if !is_optional(*second) {
                    break;
                }
            }
        }
        swaps
    }
}

/// The calls of a step. In steps of the exchange's sort, its second call stands directly before its
/// first one.
pub(crate) fn calls(sort: Sort, swap: Option<Swap>) -> Vec<Call> {
    let mut calls = sort.calls();
    if let Some(swap) = swap
        && swap.sort == sort
    {
        let at = |wanted| calls.iter().position(|call| *call == wanted);
        if let (Some(first), Some(second)) = (at(swap.first), at(swap.second)) {
            calls[first..=second].rotate_right(1);
        }
    }
    calls
}
