//! Runs that fail by their interleaving alone.

use overtake_report::trace::{Event, Op};
use witness::race::{Race, contended, races};

use crate::run::Run;

const X: u64 = 0x1000;
const LOCK: u64 = 0x2000;

/// An access that acquires or releases.
fn ordered(run: &mut Run, access: usize, acquire: bool, release: bool) {
    if let Event::Access(access) = &mut run.events[access] {
        (access.acquire, access.release) = (acquire, release);
    }
}

fn locks(run: &mut Run, thread: u32) {
    let lock = run.atomic(thread, 0x90, LOCK, 1);
    ordered(run, lock, true, false);
}

fn unlocks(run: &mut Run, thread: u32) {
    let unlock = run.store_now(thread, 0x91, LOCK, 0);
    ordered(run, unlock, false, true);
}

/// An update under a lock that the other thread does not take.
#[test]
fn a_lost_update() {
    let mut run = Run::new();
    run.load(0, 0x1, X + 64, 0);
    run.load(1, 0x2, X + 72, 0);
    locks(&mut run, 0);
    let load = run.load(0, 0x10, X, 0);
    let atomic = run.atomic(1, 0x20, X, 1);
    let store = run.store_now(0, 0x11, X, 2);
    unlocks(&mut run, 0);
    run.load(1, 0x21, X, 2);
    let trace = run.trace();
    let found = races(&trace);
    let lost = Race {
        first: load,
        second: atomic,
        lost: Some([load, store]),
    };
    assert_eq!(found[0], lost, "{found:?}");
    let shown = contended(&trace, Some(&found[0]));
    assert_eq!(shown[..3], [load, atomic, store], "{shown:?}");
}

/// Under one lock there is no race.
#[test]
fn what_a_lock_orders_is_no_race() {
    let mut run = Run::new();
    run.load(0, 0x1, X + 64, 0);
    run.load(1, 0x2, X + 72, 0);
    for round in 0..3 {
        for thread in [0, 1] {
            locks(&mut run, thread);
            let value = 2 * round + u64::from(thread);
            run.load(thread, 0x10, X, value);
            run.store_now(thread, 0x11, X, value + 1);
            unlocks(&mut run, thread);
        }
    }
    let trace = run.trace();
    let of_x = |race: &Race| run.at(race.second).addr == X;
    assert!(!races(&trace).iter().any(of_x), "{:?}", races(&trace));
}

/// A test and what is done after it, with the other thread's store in between.
#[test]
fn a_pair_that_is_not_ordered() {
    let mut run = Run::new();
    run.load(0, 0x1, X + 64, 0);
    run.load(1, 0x2, X + 72, 0);
    let tested = run.load(0, 0x10, X, 0);
    let stored = run.store_now(1, 0x20, X, 1);
    ordered(&mut run, stored, false, true);
    run.load(0, 0x12, X + 64, 0);
    let found = races(&run.trace());
    assert_eq!((found[0].first, found[0].second), (tested, stored));
    assert_eq!(found[0].lost, None);
}

/// What the kernel writes orders, and so does the start of a thread.
#[test]
fn what_the_trace_does_not_show_counts_as_ordered() {
    let mut run = Run::new();
    run.store_now(0, 0x10, X, 1);
    run.load(1, 0x20, X, 1);
    run.store_now(1, 0x21, X, 2);
    run.load(0, 0x11, LOCK, 7);
    // Thread 1 has ended: the kernel has cleared its number.
    run.load(0, 0x12, LOCK, 0);
    run.load(0, 0x13, X, 2);
    assert_eq!(races(&run.trace()), []);
}

/// Without a race there is something to show, unless nothing was shared.
#[test]
fn the_most_contended_location_is_shown() {
    let mut run = Run::new();
    run.store_now(0, 0x9, LOCK, 1);
    for round in 0..20 {
        run.access(round % 2, 0x10, X, Op::Atomic, &[1]);
    }
    let shown = contended(&run.trace(), None);
    assert!(shown.len() > 4 && shown.len() <= 12, "{shown:?}");
    assert!(shown.iter().all(|it| run.at(*it).addr == X));
    assert_eq!(contended(&Run::new().trace(), None), []);
}
