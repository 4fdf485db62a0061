//! What a thread guards while it has open promises.

use crate::support::{Delay, LONG, PAGE, X, Y, byte, load, machine, store, write};
use weakmem::{
    Driver, Guards, Kind, Machine, PAGE_SIZE, Promise, Refusal, Rules, StoreId, ThreadId, View,
};

const ONE: &[u8] = &[1, 0, 0, 0];
/// A page that is thread 1's own at first.
const OWN: u64 = 2 * PAGE;

/// Thread 1 promises Y = 1.
fn promise(machine: &mut Machine, guards: Guards) -> Option<Refusal> {
    let promise = Promise {
        number: 1,
        addr: Y,
        bytes: ONE,
        privately: 0,
        behind: 0,
        guards,
        kind: Kind::Plain,
    };
    machine.promise(1, promise, &mut Delay(LONG)).err()
}

fn keep(machine: &mut Machine) {
    machine.store(1, store(Y, ONE), LONG, &mut Delay(LONG));
    assert_eq!((machine.broken(), machine.has_promises(1)), (None, false));
}

#[test]
fn what_is_guarded_stays_until_the_promise_is_kept() {
    let mut machine = machine(Rules::ARMV8);
    let guards = Guards::NONE.with(X, 4).unwrap();
    assert_eq!(promise(&mut machine, guards), None);
    for value in 1..=200 {
        // More than a thread has room for.
        write(&mut machine, X, value);
    }
    machine.see_one(1, X, 4);
    machine.expect(1, View::ALL, &mut Delay(LONG));
    assert_eq!(byte(&machine, 1, X), 0);
    let read = machine.load(1, load(X));
    machine.branch(1, read);
    keep(&mut machine);
    machine.see_one(1, X, 4);
    assert_eq!(byte(&machine, 1, X), 200);
}

/// An access of 16 bytes reads one moment of all of them.
#[test]
fn a_whole_block_is_guarded() {
    let mut machine = machine(Rules::ARMV8);
    let guards = Guards::NONE.with(X, 4).unwrap();
    assert_eq!(promise(&mut machine, guards), None);
    write(&mut machine, X + 12, 1);
    machine.see_one(1, X + 12, 4);
    assert_eq!(byte(&machine, 1, X + 12), 0);
}

#[test]
fn what_the_thread_has_not_seen_is_not_guarded() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, X, 1);
    let guards = Guards::NONE.with(X, 4).unwrap();
    assert_eq!(promise(&mut machine, guards), Some(Refusal::Unseen));
    let elsewhere = Guards::NONE.with(0x9000, 4).unwrap();
    assert_eq!(promise(&mut machine, elsewhere), Some(Refusal::Memory));
}

#[test]
fn the_own_store_is_seen_where_others_are_not() {
    let mut machine = machine(Rules::ARMV8);
    let guards = Guards::NONE.with(X, 4).unwrap();
    assert_eq!(promise(&mut machine, guards), None);
    write(&mut machine, X, 1);
    machine.atomic(1, store(X, &[2, 0, 0, 0]), None, &mut Delay(LONG));
    assert_eq!(byte(&machine, 1, X), 2);
}

/// Another thread's first store to a page makes it shared. Its owner does not see that store.
#[test]
fn a_page_of_its_own_stays_what_it_was() {
    for own_store in [false, true] {
        let mut machine = machine(Rules::ARMV8);
        let guards = Guards::NONE.with_page(OWN).unwrap();
        assert_eq!(promise(&mut machine, guards), None);
        if own_store {
            machine.private_store(1, store(OWN, &[3, 0, 0, 0]));
        }
        let mut bytes = [0; PAGE_SIZE];
        bytes[0] = 7;
        machine.share_page(1, OWN, bytes);
        machine.hide_store(1, OWN, &[0, 0, 0, 0], &mut Delay(LONG));
        // If the thread has stored there itself, what was there before the other store is not known.
        let expected = if own_store { 7 } else { 0 };
        assert_eq!(
            (byte(&machine, 0, OWN), byte(&machine, 1, OWN)),
            (7, expected)
        );
        write(&mut machine, OWN + 64, 8);
        assert_eq!(byte(&machine, 1, OWN + 64), 0);
        if !own_store {
            keep(&mut machine);
            machine.see_one(1, OWN, 4);
            machine.see_one(1, OWN + 64, 4);
            assert_eq!(
                (byte(&machine, 1, OWN), byte(&machine, 1, OWN + 64)),
                (7, 8)
            );
        }
    }
}

/// On Power a write arrives at each thread by itself: at one that guards the memory, it is kept from that.
#[test]
fn what_arrives_late_is_kept_from_the_thread_too() {
    let mut machine = machine(Rules::POWER);
    let guards = Guards::NONE.with(X, 4).unwrap();
    assert_eq!(promise(&mut machine, guards), None);
    machine.atomic(0, store(X, &[1, 0, 0, 0]), None, &mut Late);
    let late: Vec<_> = machine.not_arrived(1).map(|it| it.0).collect();
    for write in late {
        machine.arrive(1, write, &mut Late);
    }
    assert_eq!(byte(&machine, 1, X), 0);
    keep(&mut machine);
    machine.see_one(1, X, 4);
    assert_eq!(byte(&machine, 1, X), 1);
}

/// Every write arrives late, and is seen at once then.
struct Late;

impl Driver for Late {
    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        0
    }

    fn arrival_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        LONG
    }

    fn patch(&mut self, _: u64, _: &[u8]) {}
}
