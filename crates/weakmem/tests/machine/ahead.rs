//! Looking ahead: which stores may be promised whatever the other threads do.

use crate::support::{Delay, LONG, PAGE, X, Y, load, machine, store};
use arch::Pairs;
use weakmem::{Kind, Machine, Rules, Store};

const Z: u64 = PAGE + 128;

const ONE: &[u8] = &[1, 0, 0, 0];

/// The stores that a look ahead finds, with the loads that they need.
fn ahead(does: impl FnOnce(&mut Machine)) -> Vec<(u64, u64, u64)> {
    let mut machine = machine(Rules::RVWMO);
    machine.look_ahead(1, &mut Delay(LONG));
    does(&mut machine);
    let found = machine.ahead(1).into_iter();
    found
        .map(|it| (it.store.before.others + 1, it.store.addr, it.after))
        .collect()
}

fn make_ahead(machine: &mut Machine, store: Store<'_>) {
    machine.store(1, store, LONG, &mut Delay(LONG));
}

#[test]
fn a_look_ahead_finds_what_depends_on_no_load() {
    let plain = |machine: &mut Machine| {
        machine.load(1, load(X));
        make_ahead(machine, store(Y, ONE));
    };
    assert_eq!(ahead(plain), [(1, Y, 0)]);
    let after_one = |machine: &mut Machine| {
        let data = machine.load(1, load(X));
        machine.load(1, load(Z));
        make_ahead(
            machine,
            Store {
                data,
                ..store(Y, ONE)
            },
        );
        make_ahead(machine, store(X, ONE));
        machine.branch(1, data);
        make_ahead(machine, store(Z, ONE));
    };
    // Each may be promised at once, if what the loads of it read stays as it is.
    assert_eq!(ahead(after_one), [(1, Y, 0), (2, X, 0), (3, Z, 0)]);
}

/// What a store that is promised at once overtakes, and what it guards.
fn overtakes(does: impl FnOnce(&mut Machine)) -> (u64, Vec<u64>) {
    let mut machine = machine(Rules::RVWMO);
    machine.look_ahead(1, &mut Delay(LONG));
    does(&mut machine);
    let found = machine.ahead(1);
    let [found] = found[..] else {
        panic!("{found:?}")
    };
    (found.overtakes, found.store.guards.blocks().collect())
}

#[test]
fn a_store_overtakes_what_it_does_not_depend_on() {
    let (overtaken, guarded) = overtakes(|machine| {
        machine.load(1, load(X));
        let data = machine.load(1, load(Z));
        make_ahead(
            machine,
            Store {
                data,
                ..store(Y, ONE)
            },
        );
    });
    assert_eq!((overtaken, guarded), (0b01, vec![Z]));
    // Of its own location it reads what was there before the store.
    let (overtaken, guarded) = overtakes(|machine| {
        machine.load(1, load(Z));
        machine.load(1, load(Y));
        make_ahead(machine, store(Y, ONE));
    });
    assert_eq!((overtaken, guarded), (0b01, vec![]));
}

/// A load that the thread makes after a fence is ordered after one before it, and so is what depends on it.
#[test]
fn a_load_is_overtaken_only_if_no_load_after_it_keeps_it() {
    let (overtaken, guarded) = overtakes(|machine| {
        machine.load(1, load(X));
        machine.fence(1, Pairs::RR, &mut Delay(LONG));
        let data = machine.load(1, load(Z));
        make_ahead(
            machine,
            Store {
                data,
                ..store(Y, ONE)
            },
        );
    });
    assert_eq!((overtaken, guarded), (0, vec![X, Z]));
}

/// The write of an atomic is early together with its read; what comes after an atomic is not before it.
#[test]
fn an_atomic_may_be_early() {
    let mut machine = machine(Rules::ARMV8);
    machine.look_ahead(1, &mut Delay(LONG));
    machine.load(1, load(X));
    let data = machine.load(1, load(Y));
    let atomic = Store {
        data,
        ..store(Y, ONE)
    };
    machine.atomic(1, atomic, Some(LONG), &mut Delay(LONG));
    machine.load(1, load(X));
    make_ahead(&mut machine, store(Z, ONE));
    let found = machine.ahead(1);
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.store.addr, it.store.kind, it.after, it.overtakes))
        .collect();
    // The third load stands for the write of the atomic.
    let expected = [(Y, Kind::Atomic, 0, 0b01), (Z, Kind::Plain, 3, 0b1000)];
    assert_eq!(found, expected);
}

#[test]
fn a_look_ahead_finds_nothing_behind_the_own_stores() {
    let fence = |machine: &mut Machine| {
        machine.fence(1, Pairs::WW, &mut Delay(LONG));
        make_ahead(machine, store(Y, ONE));
        machine.fence(1, Pairs::WW, &mut Delay(LONG));
        make_ahead(machine, store(Z, ONE));
    };
    assert_eq!(ahead(fence), [(1, Y, 0)]);
    let release = |machine: &mut Machine| {
        let release = Store {
            release: true,
            ..store(Y, ONE)
        };
        make_ahead(machine, release);
        make_ahead(machine, Store { addr: Z, ..release });
    };
    assert_eq!(ahead(release), [(1, Y, 0)]);
    let call = |machine: &mut Machine| {
        machine.see_everything(1, &mut Delay(LONG));
        make_ahead(machine, store(Y, ONE));
    };
    assert_eq!(ahead(call), []);
}

/// What a load of memory that others write directly returns may change.
#[test]
fn a_look_ahead_counts_loads_of_what_others_write() {
    let found = ahead(|machine| {
        let data = machine.private_load(1, load(0x9000), true);
        make_ahead(
            machine,
            Store {
                data,
                ..store(Y, ONE)
            },
        );
    });
    assert_eq!(found, [(1, Y, 1)]);
}

/// Who sees a store, and then comes to use such memory, must see what was stored there before a fence.
#[test]
fn a_look_ahead_finds_nothing_behind_stores_to_own_memory() {
    let found = ahead(|machine| {
        machine.private_store(1, store(0x9000, ONE));
        make_ahead(machine, store(Y, ONE));
        machine.fence(1, Pairs::WW, &mut Delay(LONG));
        make_ahead(machine, store(Z, ONE));
    });
    assert_eq!(found, [(1, Y, 0)]);
}

#[test]
fn a_store_needs_the_one_before_it_to_the_same_memory() {
    let mut machine = machine(Rules::ARMV8);
    machine.store(1, store(X, ONE), LONG, &mut Delay(LONG));
    machine.look_ahead(1, &mut Delay(LONG));
    machine.load(1, load(Z));
    for bytes in [&[1, 0, 0, 0], &[2, 0, 0, 0]] {
        make_ahead(&mut machine, store(Y, bytes));
        make_ahead(&mut machine, store(X, bytes));
    }
    let found = machine.ahead(1).into_iter();
    let found: Vec<_> = found
        .map(|it| (it.store.addr, it.overtakes.count_ones(), it.needs))
        .collect();
    let expected = [(Y, 1, None), (X, 1, None), (Y, 1, Some(0)), (X, 1, Some(1))];
    assert_eq!(found, expected);
    assert!(
        machine
            .ahead(1)
            .iter()
            .all(|it| it.store.before.behind == 1)
    );
    let together = machine.ahead_together(1, &[3], 0).unwrap();
    let others: Vec<_> = together.iter().map(|it| it.before.others).collect();
    assert_eq!(others, [1, 3]);
}

/// What a thread reads of its own pending store is no newer for others' stores, unless the store is promised.
#[test]
fn a_store_that_its_thread_reads_stays_pending() {
    for own in [true, false] {
        let mut machine = machine(Rules::ARMV8);
        machine.look_ahead(1, &mut Delay(LONG));
        make_ahead(&mut machine, store(X, ONE));
        make_ahead(&mut machine, store(X, ONE));
        let view = machine.load(1, load(if own { X } else { Z }));
        machine.branch(1, view);
        make_ahead(&mut machine, store(Y, ONE));
        let found = machine.ahead(1).into_iter();
        let found: Vec<_> = found.map(|it| (it.store.before.others, it.after)).collect();
        let expected: &[(u64, u64)] = if own {
            // The first one need not be read to be behind the second.
            &[(0, 0), (2, 0)]
        } else {
            &[(0, 0), (1, 0), (2, 0)]
        };
        assert_eq!(found, expected);
    }
}

/// A store that is made before the place of one that needs it cannot be promised with it.
#[test]
fn stores_are_promised_together_before_the_first_is_made() {
    let mut machine = machine(Rules::ARMV8);
    machine.look_ahead(1, &mut Delay(LONG));
    make_ahead(&mut machine, store(Y, ONE));
    let data = machine.load(1, load(Z));
    let later = Store {
        data,
        ..store(Y, ONE)
    };
    make_ahead(&mut machine, later);
    assert_eq!(machine.ahead(1).len(), 2);
    assert_eq!(machine.ahead_together(1, &[1], 1), None);
    assert!(machine.ahead_together(1, &[0], 0).is_some());
}
