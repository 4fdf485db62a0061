//! Today's limits, asserted: each hides outcomes that an architecture allows (and so bugs), and
//! none adds one. A change of the model announces itself here.

use crate::explore::{Location, Step, X, Y, outcomes};
use weakmem::Rules;

use Step::{Load, LoadVia, Store};

fn seen(program: &[&[Step]], registers: &[u8]) -> bool {
    outcomes(Rules::POWER, program)
        .iter()
        .any(|outcome| outcome.starts_with(registers))
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
        &[Load(X), LoadVia(Y)],
        &[Load(Y), LoadVia(X)],
    ];
    assert!(!seen(program, &[1, 0, 1, 0]));
}

/// Neighbours within eight bytes are seen together: two threads' stores to them, read in the
/// opposite orders, allowed on Armv8 and RVWMO.
#[test]
fn neighbours_are_seen_together() {
    let neighbour = Location(X.0 + 4);
    let program: &[&[Step]] = &[
        &[Store(X, 1), Store(neighbour, 1)],
        &[Load(neighbour), Load(X)],
    ];
    // Stores are still reordered ...
    assert!(seen(program, &[1, 0]));
    // ... loads are not.
    let program: &[&[Step]] = &[
        &[Store(X, 1), Step::Release(neighbour, 1)],
        &[Load(neighbour), Load(X)],
    ];
    assert!(!seen(program, &[1, 0]));
}

/// Different locations: what the tests above leave out is not hidden by a mistake of theirs.
#[test]
fn the_explorer_does_find_weak_outcomes() {
    let z = Location(0x1080);
    let program: &[&[Step]] = &[&[Store(X, 1), Store(z, 1)], &[Load(z), Load(X)]];
    assert!(seen(program, &[1, 0]));
}
