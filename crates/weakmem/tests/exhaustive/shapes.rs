//! The classic shapes, explored exhaustively under the rules of each architecture.
//!
//! A test is named after its litmus shape; what is asserted is whether the one outcome that
//! sequential consistency forbids is there. Whole sets of outcomes are compared with herd7's in
//! `crates/conformance`.

use crate::explore::{Outcome, Step, X, Y, outcomes};
use arch::Pairs;
use std::collections::BTreeSet;
use weakmem::Rules;

use Step::{
    Acquire, AcquirePc, Branch, ContextSync, Load, LoadVia, Release, Store, Swap, SwapRelease,
};

const STORE_FENCE: Step = Step::Fence(Pairs::WW);
const FULL_FENCE: Step = Step::Fence(Pairs::ALL);
const LOAD_FENCE: Step = Step::Fence(Pairs {
    rr: true,
    rw: true,
    wr: false,
    ww: false,
});
const TSO_FENCE: Step = Step::Fence(Pairs {
    wr: false,
    ..Pairs::ALL
});

const WEAK: [Rules; 3] = [Rules::ARMV8, Rules::RVWMO, Rules::POWER];

fn seen(rules: Rules, program: &[&[Step]], registers: &[u8]) -> bool {
    outcomes(rules, program)
        .iter()
        .any(|outcome| outcome.starts_with(registers))
}

/// Asserts whether the outcome with these registers (and any final memory) is there: on x86, and
/// on each of the others.
#[track_caller]
fn check(program: &[&[Step]], registers: &[u8], (x86, weak): (bool, bool)) {
    assert_eq!(seen(Rules::X86_TSO, program, registers), x86, "x86-TSO");
    for rules in WEAK {
        assert_eq!(seen(rules, program, registers), weak, "{rules:?}");
    }
}

const NEVER: (bool, bool) = (false, false);
const WHERE_WEAK: (bool, bool) = (false, true);
const ALWAYS: (bool, bool) = (true, true);

/// MP: what the writer keeps in order, with a reader that keeps its loads in order.
#[test]
fn message_passing_writers() {
    let writer = |steps: &[Step], expected| {
        let readers: [&[Step]; 2] = [&[Load(Y), LOAD_FENCE, Load(X)], &[Load(Y), LoadVia(X)]];
        let swaps = steps
            .iter()
            .filter(|it| matches!(it, Swap(..) | SwapRelease(..)));
        for reader in readers {
            let mut registers = vec![0; swaps.clone().count()];
            registers.extend([1, 0]);
            check(&[steps, reader], &registers, expected);
        }
    };
    writer(&[Store(X, 1), Store(Y, 1)], WHERE_WEAK);
    writer(&[Store(X, 1), STORE_FENCE, Store(Y, 1)], NEVER);
    writer(&[Store(X, 1), Release(Y, 1)], NEVER);
    writer(&[Store(X, 1), FULL_FENCE, Store(Y, 1)], NEVER);
    writer(&[Store(X, 1), TSO_FENCE, Store(Y, 1)], NEVER);
    writer(&[Store(X, 1), SwapRelease(Y, 1)], NEVER);
    // 2.5.74: the barrier on the wrong side.
    writer(&[Store(X, 1), Store(Y, 1), STORE_FENCE], WHERE_WEAK);
    // A fence of loads orders no stores, a relaxed exchange no earlier store.
    writer(&[Store(X, 1), LOAD_FENCE, Store(Y, 1)], WHERE_WEAK);
    writer(&[Store(X, 1), Swap(Y, 1)], WHERE_WEAK);
    // An exchange is a store: it obeys an earlier fence (glibc's mutexes depend on it).
    writer(&[Store(X, 1), STORE_FENCE, Swap(Y, 1)], NEVER);
    // A release orders what is before it, not what is after it.
    writer(&[Release(X, 1), Store(Y, 1)], WHERE_WEAK);
    writer(&[Release(X, 1), Release(Y, 1)], NEVER);
}

/// MP: what the reader keeps in order, with a writer that keeps its stores in order.
#[test]
fn message_passing_readers() {
    let reader = |steps: &[Step], expected| {
        check(
            &[&[Store(X, 1), STORE_FENCE, Store(Y, 1)], steps],
            &[1, 0],
            expected,
        );
    };
    reader(&[Load(Y), Load(X)], WHERE_WEAK);
    reader(&[Load(Y), LOAD_FENCE, Load(X)], NEVER);
    reader(&[Load(Y), TSO_FENCE, Load(X)], NEVER);
    reader(&[Load(Y), FULL_FENCE, Load(X)], NEVER);
    reader(&[Load(Y), STORE_FENCE, Load(X)], WHERE_WEAK);
    reader(&[Acquire(Y), Load(X)], NEVER);
    reader(&[AcquirePc(Y), Load(X)], NEVER);
    reader(&[Load(Y), Acquire(X)], WHERE_WEAK);
    // Dependencies: an address binds the load that it is of; a branch binds no load, but with a
    // context synchronisation after it.
    reader(&[Load(Y), LoadVia(X)], NEVER);
    reader(&[Load(Y), Branch, Load(X)], WHERE_WEAK);
    reader(&[Load(Y), Branch, ContextSync, Load(X)], NEVER);
    reader(&[Load(Y), ContextSync, Load(X)], WHERE_WEAK);
    reader(&[Load(Y), ContextSync, Branch, Load(X)], WHERE_WEAK);
}

/// A fence of earlier stores and later loads alone lets loads pass each other.
#[test]
fn a_fence_of_stores_and_loads_orders_no_loads() {
    let fence = Step::Fence(Pairs {
        wr: true,
        rr: false,
        rw: false,
        ww: false,
    });
    check(
        &[
            &[Store(X, 1), STORE_FENCE, Store(Y, 1)],
            &[Load(Y), fence, Load(X)],
        ],
        &[1, 0],
        WHERE_WEAK,
    );
    check(
        &[
            &[Store(X, 1), fence, Load(Y)],
            &[Store(Y, 1), fence, Load(X)],
        ],
        &[0, 0],
        NEVER,
    );
}

#[test]
fn store_buffering() {
    let both = |a: &[Step], b: &[Step], expected| check(&[a, b], &[0, 0], expected);
    both(&[Store(X, 1), Load(Y)], &[Store(Y, 1), Load(X)], ALWAYS);
    both(
        &[Store(X, 1), FULL_FENCE, Load(Y)],
        &[Store(Y, 1), FULL_FENCE, Load(X)],
        NEVER,
    );
    both(
        &[Store(X, 1), FULL_FENCE, Load(Y)],
        &[Store(Y, 1), Load(X)],
        ALWAYS,
    );
    both(
        &[Store(X, 1), TSO_FENCE, Load(Y)],
        &[Store(Y, 1), TSO_FENCE, Load(X)],
        ALWAYS,
    );
    // RCsc: stlr then ldar stay in order, stlr then a plain load or ldapr do not.
    both(
        &[Release(X, 1), Acquire(Y)],
        &[Release(Y, 1), Acquire(X)],
        NEVER,
    );
    both(
        &[Release(X, 1), AcquirePc(Y)],
        &[Release(Y, 1), AcquirePc(X)],
        ALWAYS,
    );
    both(&[Release(X, 1), Load(Y)], &[Release(Y, 1), Load(X)], ALWAYS);
    both(
        &[Store(X, 1), Acquire(Y)],
        &[Store(Y, 1), Acquire(X)],
        ALWAYS,
    );
}

/// A relaxed exchange may be delayed past a later load; not on x86, where the decoder makes it a
/// fence.
#[test]
fn store_buffering_with_exchanges() {
    let program: &[&[Step]] = &[&[Swap(X, 1), Load(Y)], &[Swap(Y, 1), Load(X)]];
    for rules in WEAK {
        assert!(seen(rules, program, &[0, 0, 0, 0]), "{rules:?}");
    }
}

/// Loads that read their own thread's pending store do not wait for it.
#[test]
fn store_buffering_with_forwarding() {
    let program: &[&[Step]] = &[
        &[Store(X, 1), Load(X), LoadVia(Y)],
        &[Store(Y, 1), Load(Y), LoadVia(X)],
    ];
    check(program, &[1, 0, 1, 0], ALWAYS);
}

/// Multi-copy atomicity: two readers agree on the order of two writes.
#[test]
fn independent_reads_of_independent_writes() {
    let readers = |a: &[Step], b: &[Step], expected| {
        check(
            &[&[Store(X, 1)], &[Store(Y, 1)], a, b],
            &[1, 0, 1, 0],
            expected,
        );
    };
    readers(&[Load(X), Load(Y)], &[Load(Y), Load(X)], WHERE_WEAK);
    readers(&[Load(X), LoadVia(Y)], &[Load(Y), LoadVia(X)], NEVER);
    readers(&[Acquire(X), Load(Y)], &[Acquire(Y), Load(X)], NEVER);
}

#[test]
fn two_plus_two_writes() {
    let program: &[&[Step]] = &[&[Store(X, 1), Store(Y, 2)], &[Store(Y, 1), Store(X, 2)]];
    check(program, &[1, 1], WHERE_WEAK);
    let fenced: &[&[Step]] = &[
        &[Store(X, 1), STORE_FENCE, Store(Y, 2)],
        &[Store(Y, 1), STORE_FENCE, Store(X, 2)],
    ];
    check(fenced, &[1, 1], NEVER);
}

/// CoWW, CoWR and CoRR.
#[test]
fn same_location_keeps_order() {
    for rules in WEAK.into_iter().chain([Rules::X86_TSO]) {
        let program: &[&[Step]] = &[&[Store(X, 1), Store(X, 2), Load(X)], &[Load(X), Load(X)]];
        for outcome in outcomes(rules, program) {
            assert_eq!(
                outcome[0], 2,
                "{rules:?}: a thread sees its own newest store"
            );
            assert!(
                outcome[1] <= outcome[2],
                "{rules:?}: went backwards: {outcome:?}"
            );
            assert_eq!(
                outcome[3], 2,
                "{rules:?}: the last store is the final value"
            );
        }
        // CoRW, CoWR: what a thread overwrote, it does not see again.
        let program: &[&[Step]] = &[&[Store(X, 1)], &[Load(X), Store(X, 2), Load(X)]];
        for outcome in outcomes(rules, program) {
            assert!(outcome[1] == 2 || outcome[2] == 1, "{rules:?}: {outcome:?}");
            assert!(outcome[0] == 0 || outcome[2] == 2, "{rules:?}: {outcome:?}");
        }
    }
}

#[test]
fn an_exchange_is_atomic_against_pending_stores() {
    for rules in WEAK.into_iter().chain([Rules::X86_TSO]) {
        let program: &[&[Step]] = &[&[Swap(X, 1)], &[Swap(X, 2)], &[Store(X, 3), Swap(X, 4)]];
        for outcome in outcomes(rules, program) {
            let [a, b, c] = [outcome[0], outcome[1], outcome[2]];
            let last = outcome[3];
            // Each value is read by exactly one exchange, or is the final one, but for 3: the
            // plain store that the others may have read or not.
            let read: Vec<u8> = [a, b, c, last].into_iter().filter(|v| *v != 3).collect();
            let distinct: BTreeSet<u8> = read.iter().copied().collect();
            assert_eq!(
                distinct.len(),
                read.len(),
                "{rules:?}: a value was read twice: {outcome:?}"
            );
        }
    }
}

#[test]
fn all_outcomes_of_message_passing() {
    let program: &[&[Step]] = &[&[Store(X, 1), Store(Y, 1)], &[Load(Y), Load(X)]];
    let expected: BTreeSet<Outcome> = [[0, 0, 1, 1], [0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1]]
        .map(Vec::from)
        .into();
    for rules in WEAK {
        assert_eq!(outcomes(rules, program), expected, "{rules:?}");
    }
}
