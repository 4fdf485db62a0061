//! The store buffer, its counters, and releases.

use crate::support::{Delay, LONG, PAGE, X, Y, load, machine, store, write};
use weakmem::{Rules, Store};

#[test]
fn one_store_too_many_makes_the_oldest_visible() {
    let mut machine = machine(Rules::ARMV8);
    let mut count = 0;
    while machine.buffer(0).len() == count && count < 100 {
        machine.store(
            0,
            store(PAGE + 8 * count as u64, &[1]),
            u64::MAX,
            &mut Delay(LONG),
        );
        count += 1;
    }
    assert_eq!((machine.buffer(0).len(), count), (56, 57));
    let mut oldest = [0; 9];
    machine.image().read(X, &mut oldest);
    assert_eq!((oldest[0], oldest[8]), (1, 0));
}

#[test]
fn counters_count_each_store_once() {
    let mut machine = machine(Rules::ARMV8);
    machine.store(0, store(X, &[1]), 0, &mut Delay(LONG));
    machine.store(0, store(Y, &[1]), 0, &mut Delay(LONG));
    machine.load(0, load(X));
    assert_eq!(machine.counters().overtaken_by_load, 0);
    machine.load(0, load(X + 32));
    machine.load(0, load(X + 32));
    machine.commit(0, 1, &mut Delay(LONG));
    machine.store(0, store(Y, &[2]), 0, &mut Delay(LONG));
    machine.commit(0, 1, &mut Delay(LONG));
    machine.load(1, load(Y));
    machine.atomic(0, store(Y, &[3]), None, &mut Delay(LONG));
    machine.load(1, load(X));
    let counters = machine.counters();
    assert_eq!((counters.loads, counters.stores), (5, 4));
    assert_eq!(counters.overtaken_by_load, 2);
    assert_eq!(counters.overtaken_by_store, 1);
    assert_eq!(counters.stale_loads, 1);
}

#[test]
fn an_atomic_overtakes_what_is_pending() {
    let mut machine = machine(Rules::ARMV8);
    machine.store(0, store(X, &[1]), 0, &mut Delay(LONG));
    write(&mut machine, Y, 1);
    write(&mut machine, Y, 2);
    assert_eq!(machine.counters().overtaken_by_store, 1);
    assert_eq!(machine.counters().overtaken_by_load, 0);
}

#[test]
fn an_rcsc_acquire_waits_for_a_release_behind_other_stores() {
    let mut machine = machine(Rules::ARMV8);
    let released = Store {
        release: true,
        ..store(Y, &[2])
    };
    machine.store(0, store(X, &[1]), u64::MAX, &mut Delay(LONG));
    machine.store(0, released, u64::MAX, &mut Delay(LONG));
    machine.store(0, store(X + 32, &[3]), u64::MAX, &mut Delay(LONG));
    let view = machine.acquire_rcsc(0, &mut Delay(LONG));
    assert_eq!(view, machine.now());
    assert_eq!(machine.buffer(0).len(), 1);
    let committed = |addr| {
        let mut byte = [0];
        machine.image().read(addr, &mut byte);
        byte[0]
    };
    assert_eq!([X, Y, X + 32].map(committed), [1, 2, 0]);
}

#[test]
fn neighbours_keep_no_order() {
    for (first, second) in [(X, X + 4), (X + 4, X)] {
        let mut machine = machine(Rules::ARMV8);
        machine.store(0, store(first, &[1; 4]), 0, &mut Delay(LONG));
        machine.store(0, store(second, &[1; 4]), 0, &mut Delay(LONG));
        assert!(machine.may_commit(0, 1) && !machine.may_commit(0, 2));
    }
}

/// A release comes after the stores before it. A store after the release is free of all of them.
#[test]
fn a_store_may_overtake_a_release_and_what_comes_before_it() {
    let mut machine = machine(Rules::ARMV8);
    let released = Store {
        release: true,
        ..store(Y, &[1, 0, 0, 0])
    };
    machine.store(0, store(X, &[1, 0, 0, 0]), LONG, &mut Delay(LONG));
    machine.store(0, released, LONG, &mut Delay(LONG));
    machine.store(0, store(PAGE + 128, &[1, 0, 0, 0]), LONG, &mut Delay(LONG));
    let may: Vec<bool> = (0..3).map(|it| machine.may_commit(0, it)).collect();
    assert_eq!(may, [true, false, true]);
}
