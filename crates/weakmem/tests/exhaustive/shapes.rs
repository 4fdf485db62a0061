//! The classic shapes, explored exhaustively: exactly the outcomes that delayed stores give.
//!
//! An outcome that is missing fails as one that is too many does. Verdicts for the architectures
//! themselves, herd7's, need load reordering too and come with it.

use crate::explore::{Outcome, Step, X, Y, outcomes};
use std::collections::BTreeSet;
use weakmem::{Fence, StoreOrder};

use Step::{Acquire, Load, Release, Store, Swap, SwapRelease};
const STORE_FENCE: Step = Step::Fence(Fence::STORES);
const FULL_FENCE: Step = Step::Fence(Fence::FULL);
const LOAD_FENCE: Step = Step::Fence(Fence {
    load_load: true,
    load_store: true,
    store_load: false,
    store_store: false,
});

/// Whether the outcome with these registers (and any final memory) is there.
fn seen(order: StoreOrder, program: &[&[Step]], registers: &[u8]) -> bool {
    outcomes(order, program)
        .iter()
        .any(|outcome| outcome.starts_with(registers))
}

/// Asserts for both store orders: (first in first out, weak).
#[track_caller]
fn check(program: &[&[Step]], registers: &[u8], (fifo, weak): (bool, bool)) {
    assert_eq!(
        seen(StoreOrder::Fifo, program, registers),
        fifo,
        "FIFO (x86-TSO)"
    );
    assert_eq!(seen(StoreOrder::Weak, program, registers), weak, "weak");
}

#[test]
fn message_passing() {
    let reader: &[Step] = &[Load(Y), Load(X)];
    check(
        &[&[Store(X, 1), Store(Y, 1)], reader],
        &[1, 0],
        (false, true),
    );
    check(
        &[&[Store(X, 1), STORE_FENCE, Store(Y, 1)], reader],
        &[1, 0],
        (false, false),
    );
    check(
        &[&[Store(X, 1), Release(Y, 1)], reader],
        &[1, 0],
        (false, false),
    );
    check(
        &[&[Store(X, 1), FULL_FENCE, Store(Y, 1)], reader],
        &[1, 0],
        (false, false),
    );
    check(
        &[&[Store(X, 1), SwapRelease(Y, 1)], reader],
        &[0, 1, 0],
        (false, false),
    );
    // 2.5.74: the barrier on the wrong side.
    check(
        &[&[Store(X, 1), Store(Y, 1), STORE_FENCE], reader],
        &[1, 0],
        (false, true),
    );
    // A fence of loads orders no stores, a relaxed exchange no earlier store.
    check(
        &[&[Store(X, 1), LOAD_FENCE, Store(Y, 1)], reader],
        &[1, 0],
        (false, true),
    );
    check(
        &[&[Store(X, 1), Swap(Y, 1)], reader],
        &[0, 1, 0],
        (false, true),
    );
    // An exchange is a store: it obeys an earlier fence (glibc's mutexes depend on it).
    check(
        &[&[Store(X, 1), STORE_FENCE, Swap(Y, 1)], reader],
        &[0, 1, 0],
        (false, false),
    );
}

#[test]
fn a_release_orders_what_is_before_it_and_not_what_is_after() {
    let reader: &[Step] = &[Load(Y), Load(X)];
    check(
        &[&[Release(X, 1), Store(Y, 1)], reader],
        &[1, 0],
        (false, true),
    );
    check(
        &[&[Release(X, 1), Release(Y, 1)], reader],
        &[1, 0],
        (false, false),
    );
}

#[test]
fn store_buffering() {
    let both = |a: &[Step], b: &[Step], expected| check(&[a, b], &[0, 0], expected);
    both(
        &[Store(X, 1), Load(Y)],
        &[Store(Y, 1), Load(X)],
        (true, true),
    );
    both(
        &[Store(X, 1), FULL_FENCE, Load(Y)],
        &[Store(Y, 1), FULL_FENCE, Load(X)],
        (false, false),
    );
    both(
        &[Store(X, 1), FULL_FENCE, Load(Y)],
        &[Store(Y, 1), Load(X)],
        (true, true),
    );
    both(
        &[Store(X, 1), STORE_FENCE, Load(Y)],
        &[Store(Y, 1), STORE_FENCE, Load(X)],
        (true, true),
    );
    // RCsc: stlr then ldar stay in order, stlr then a plain load (or ldapr) do not.
    both(
        &[Release(X, 1), Acquire(Y)],
        &[Release(Y, 1), Acquire(X)],
        (false, false),
    );
    both(
        &[Release(X, 1), Load(Y)],
        &[Release(Y, 1), Load(X)],
        (true, true),
    );
    both(
        &[Store(X, 1), Acquire(Y)],
        &[Store(Y, 1), Acquire(X)],
        (true, true),
    );
}

#[test]
fn two_plus_two_writes() {
    let program: &[&[Step]] = &[&[Store(X, 1), Store(Y, 2)], &[Store(Y, 1), Store(X, 2)]];
    check(program, &[1, 1], (false, true));
    let fenced: &[&[Step]] = &[
        &[Store(X, 1), STORE_FENCE, Store(Y, 2)],
        &[Store(Y, 1), STORE_FENCE, Store(X, 2)],
    ];
    check(fenced, &[1, 1], (false, false));
}

#[test]
fn same_location_keeps_order() {
    for order in [StoreOrder::Fifo, StoreOrder::Weak] {
        // CoWW, and CoRW/CoWR through forwarding.
        let program: &[&[Step]] = &[&[Store(X, 1), Store(X, 2), Load(X)], &[Load(X), Load(X)]];
        for outcome in outcomes(order, program) {
            assert_eq!(
                outcome[0], 2,
                "{order:?}: a thread sees its own newest store"
            );
            assert!(
                outcome[1] <= outcome[2],
                "{order:?}: a location went backwards: {outcome:?}"
            );
            assert_eq!(
                outcome[3], 2,
                "{order:?}: the last store is the final value"
            );
        }
    }
}

#[test]
fn an_exchange_is_atomic_against_pending_stores() {
    for order in [StoreOrder::Fifo, StoreOrder::Weak] {
        let program: &[&[Step]] = &[&[Swap(X, 1)], &[Swap(X, 2)], &[Store(X, 3), Swap(X, 4)]];
        for outcome in outcomes(order, program) {
            let [a, b, c] = [outcome[0], outcome[1], outcome[2]];
            let last = outcome[3];
            // Each value is read by exactly one exchange, or is the final one, but for 3: the
            // plain store that the others may have read or not.
            let mut read = [a, b, c, last]
                .into_iter()
                .filter(|v| *v != 3)
                .collect::<Vec<_>>();
            read.sort_unstable();
            read.dedup();
            let without_three = [a, b, c, last].iter().filter(|v| **v != 3).count();
            assert_eq!(
                read.len(),
                without_three,
                "{order:?}: a value was read twice: {outcome:?}"
            );
        }
    }
}

#[test]
fn all_outcomes_of_message_passing_on_a_weak_machine() {
    let program: &[&[Step]] = &[&[Store(X, 1), Store(Y, 1)], &[Load(Y), Load(X)]];
    let expected: BTreeSet<Outcome> = [[0, 0, 1, 1], [0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1]]
        .map(Vec::from)
        .into();
    assert_eq!(outcomes(StoreOrder::Weak, program), expected);
}
