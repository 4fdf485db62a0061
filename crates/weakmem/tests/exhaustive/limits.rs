//! Today's limits, asserted: each hides outcomes that an architecture allows (and so bugs), and
//! none adds one. A change of the model announces itself here.

use crate::explore::{Location, Step, X, Y, outcomes};
use weakmem::StoreOrder;

use Step::{Load, Store, Swap};

fn seen(program: &[&[Step]], registers: &[u8]) -> bool {
    outcomes(StoreOrder::Weak, program)
        .iter()
        .any(|outcome| outcome.starts_with(registers))
}

/// Loads are not reordered: allowed on Armv8, RVWMO and Power (MP with an ordered writer).
#[test]
fn no_load_reordering() {
    let program: &[&[Step]] = &[&[Store(X, 1), Step::Release(Y, 1)], &[Load(Y), Load(X)]];
    assert!(!seen(program, &[1, 0]));
}

/// No store before an earlier load: allowed on Armv8, RVWMO and Power (LB).
#[test]
fn no_load_buffering() {
    let program: &[&[Step]] = &[&[Load(X), Store(Y, 1)], &[Load(Y), Store(X, 1)]];
    assert!(!seen(program, &[1, 1]));
}

/// Stores reach all other threads at once: on Power they need not (IRIW).
#[test]
fn multi_copy_atomic() {
    let program: &[&[Step]] = &[
        &[Store(X, 1)],
        &[Store(Y, 1)],
        &[Load(X), Load(Y)],
        &[Load(Y), Load(X)],
    ];
    assert!(!seen(program, &[1, 0, 1, 0]));
}

/// An atomic read-modify-write is not delayed past a later load: allowed on Armv8, RVWMO and
/// Power (SB with relaxed exchanges).
#[test]
fn an_exchange_is_not_delayed() {
    let program: &[&[Step]] = &[&[Swap(X, 1), Load(Y)], &[Swap(Y, 1), Load(X)]];
    assert!(!seen(program, &[0, 0, 0, 0]));
}

/// Different locations: what the tests above leave out is not hidden by a mistake of theirs.
#[test]
fn the_explorer_does_find_weak_outcomes() {
    let z = Location(0x1080);
    let program: &[&[Step]] = &[&[Store(X, 1), Store(z, 1)], &[Load(z), Load(X)]];
    assert!(seen(program, &[1, 0]));
}
