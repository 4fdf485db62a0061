//! Looking ahead: which stores may be promised whatever the other threads do.

use crate::support::{Delay, LONG, PAGE, X, Y, load, machine, store};
use arch::Pairs;
use weakmem::{Machine, Rules, Store};

const Z: u64 = PAGE + 128;

const ONE: &[u8] = &[1, 0, 0, 0];

/// The stores that a look ahead finds, with the loads that they need.
fn ahead(does: impl FnOnce(&mut Machine)) -> Vec<(u64, u64, u64)> {
    let mut machine = machine(Rules::RVWMO);
    machine.look_ahead(1);
    does(&mut machine);
    let found = machine.ahead(1).iter();
    found.map(|it| (it.number, it.addr, it.after)).collect()
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
    assert_eq!(ahead(after_one), [(1, Y, 1), (2, X, 1), (3, Z, 2)]);
}

#[test]
fn a_look_ahead_finds_nothing_behind_the_own_stores() {
    let coherence = |machine: &mut Machine| {
        make_ahead(machine, store(Y, ONE));
        make_ahead(machine, store(Y, ONE));
    };
    assert_eq!(ahead(coherence), [(1, Y, 0)]);
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
