//! What the machine promises beyond litmus tests: pages, limits, reservations, counters, views.

use weakmem::{
    Driver, LONGEST_DELAY, Load, Machine, PAGE_SIZE, Rules, Store, StoreId, ThreadId, View,
};

const PAGE: u64 = 0x1000;
const X: u64 = PAGE;
const Y: u64 = PAGE + 64;

/// Every write stays unseen for this many rounds.
struct Lag(u64);

impl Driver for Lag {
    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        self.0
    }

    fn patch(&mut self, _: u64, _: &[u8]) {}
}

const LONG: u64 = u64::MAX;

/// Two threads and a page of zeros.
fn machine(rules: Rules) -> Machine {
    let mut machine = Machine::new(rules);
    machine.insert_page(PAGE, [0; PAGE_SIZE]);
    assert_eq!((machine.add_thread(), machine.add_thread()), (0, 1));
    machine
}

fn store(addr: u64, bytes: &[u8]) -> Store<'_> {
    Store {
        addr,
        bytes,
        release: false,
        address: View::NONE,
        data: View::NONE,
    }
}

fn load(addr: u64) -> Load {
    Load {
        addr,
        len: 4,
        address: View::NONE,
        acquire: false,
    }
}

/// Thread 0 writes, at once.
fn write(machine: &mut Machine, addr: u64, value: u8) {
    machine.atomic(0, store(addr, &[value, 0, 0, 0]), &mut Lag(LONG));
}

fn byte(machine: &Machine, thread: ThreadId, addr: u64) -> u8 {
    let mut byte = [0xee];
    machine.read(thread, addr, &mut byte);
    byte[0]
}

#[test]
fn what_a_status_comes_after() {
    for (rules, includes_write) in [
        (Rules::ARMV8, false),
        (Rules::POWER, false),
        (Rules::RVWMO, true),
    ] {
        let mut machine = machine(rules);
        // A past, without which nothing is followed.
        write(&mut machine, Y, 1);
        let read = View::at(2);
        machine.reserve(1, X, &[0; 4], read, false);
        let before = machine.now();
        machine.atomic(1, store(X, &[1, 0, 0, 0]), &mut Lag(LONG));
        let status = machine.status(1);
        assert_ne!(before, machine.now());
        let expected = if includes_write { machine.now() } else { read };
        assert_eq!(status, expected, "{rules:?}");
    }
}

#[test]
fn who_does_not_lag_sees_all() {
    let mut machine = machine(Rules::ARMV8);
    machine.allow_stale(1, false);
    write(&mut machine, X, 1);
    assert_eq!(byte(&machine, 1, X), 1);
    machine.allow_stale(1, true);
    write(&mut machine, X, 2);
    assert_eq!(byte(&machine, 1, X), 1);
    machine.set_up_to_date(true);
    write(&mut machine, Y, 3);
    assert_eq!(byte(&machine, 1, Y), 3);
    machine.set_up_to_date(false);
    write(&mut machine, Y, 4);
    assert_eq!(byte(&machine, 1, Y), 3);
}

#[test]
fn on_x86_nobody_lags() {
    let mut machine = machine(Rules::X86_TSO);
    machine.allow_stale(1, true);
    write(&mut machine, X, 1);
    assert_eq!(byte(&machine, 1, X), 1);
    assert!(!machine.tracks(1));
}

#[test]
fn a_page_that_comes_or_goes_has_no_past() {
    let mut machine = machine(Rules::ARMV8);
    let other = PAGE + PAGE_SIZE as u64;
    machine.insert_page(other, [0; PAGE_SIZE]);
    write(&mut machine, X, 1);
    write(&mut machine, other, 1);
    assert_eq!(machine.unseen_granules(1).collect::<Vec<_>>(), [X, other]);
    let now = machine.now();
    machine.insert_page(PAGE, [7; PAGE_SIZE]);
    assert!(machine.now() > now);
    assert_eq!(machine.unseen_granules(1).collect::<Vec<_>>(), [other]);
    assert_eq!((byte(&machine, 1, X), byte(&machine, 1, other)), (7, 0));
    machine.remove_page(other);
    assert!(!machine.tracks(1));
    assert!(!machine.image().contains(other) && machine.image().contains(PAGE));
    assert_eq!(
        (machine.image().len(), machine.image().is_empty()),
        (1, false)
    );
    let pages: Vec<u64> = machine.image().pages().map(|(addr, _)| addr).collect();
    assert_eq!(pages, [PAGE]);
    machine.remove_page(PAGE);
    assert_eq!(
        (machine.image().len(), machine.image().is_empty()),
        (0, true)
    );
    assert_eq!(byte(&machine, 1, X), 0xee);
}

#[test]
fn what_a_system_call_wrote_is_taken_over_as_written_now() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, Y, 1);
    let now = machine.now();
    machine.refresh(|_, page| page[0] = 5);
    assert!(machine.now() > now);
    assert_eq!(byte(&machine, 1, X), 5);
    assert_eq!(machine.load(1, load(X)), machine.now());
}

#[test]
fn what_is_seen_comes_back_in_time() {
    let mut machine = machine(Rules::ARMV8);
    machine.atomic(0, store(X, &[1]), &mut Lag(0));
    assert_eq!(byte(&machine, 1, X), 1);
    machine.atomic(0, store(X, &[2]), &mut Lag(2));
    assert_eq!(machine.unseen(1, X), 1);
    // Who has not seen that one does not see this one, although it lags less.
    machine.atomic(0, store(X, &[3]), &mut Lag(0));
    assert_eq!((machine.unseen(1, X), machine.unseen(1, Y)), (2, 0));
    for seen in [1, 1, 1, 3] {
        assert_eq!(byte(&machine, 1, X), seen);
        machine.next_round(&mut Lag(LONG));
    }
    let mut rounds = 0;
    machine.atomic(0, store(Y, &[2]), &mut Lag(LONG));
    while machine.tracks(1) {
        machine.next_round(&mut Lag(LONG));
        rounds += 1;
    }
    assert_eq!(rounds, LONGEST_DELAY + 1);
}

#[test]
fn one_unseen_write_too_many_shows_the_oldest() {
    let mut machine = machine(Rules::ARMV8);
    for index in 0..64 {
        write(&mut machine, PAGE + 8 * index, 1);
    }
    assert_eq!(
        (machine.unseen_granules(1).count(), byte(&machine, 1, X)),
        (64, 0)
    );
    write(&mut machine, PAGE + 8 * 64, 1);
    assert_eq!(
        (machine.unseen_granules(1).count(), byte(&machine, 1, X)),
        (64, 1)
    );
    assert_eq!(byte(&machine, 1, PAGE + 8), 0);
}

#[test]
fn one_store_too_many_makes_the_oldest_visible() {
    let mut machine = machine(Rules::ARMV8);
    let mut count = 0;
    while machine.buffer(0).len() == count && count < 100 {
        machine.store(
            0,
            store(PAGE + 8 * count as u64, &[1]),
            u64::MAX,
            &mut Lag(LONG),
        );
        count += 1;
    }
    assert_eq!((machine.buffer(0).len(), count), (56, 57));
    let mut oldest = [0; 9];
    machine.image().read(X, &mut oldest);
    assert_eq!((oldest[0], oldest[8]), (1, 0));
}

#[test]
fn a_pair_is_one_reservation() {
    let mut machine = machine(Rules::ARMV8);
    machine.reserve(1, X, &[1; 8], View::at(3), false);
    machine.reserve(1, X + 8, &[2; 8], View::at(1), true);
    let held = machine.reservation(1).unwrap();
    assert_eq!(held.addr(), X);
    assert_eq!(held.bytes(), [[1_u8; 8], [2; 8]].concat());
    assert_eq!(machine.status(1), View::at(3));
    // Full: a third part begins anew, as does one that does not follow, or is no half.
    machine.reserve(1, X + 16, &[3; 8], View::NONE, true);
    assert_eq!(machine.reservation(1).unwrap().addr(), X + 16);
    machine.reserve(1, X, &[1; 8], View::NONE, true);
    assert_eq!(machine.reservation(1).unwrap().bytes(), [1; 8]);
    machine.reserve(1, X + 8, &[1; 8], View::NONE, false);
    assert_eq!(machine.reservation(1).unwrap().addr(), X + 8);
    machine.end_reservation(1);
    assert_eq!(machine.reservation(1), None);
}

#[test]
fn a_reservation_is_of_its_bytes_alone() {
    for (addr, lost) in [(Y - 4, false), (Y, true), (Y + 4, true), (Y + 8, false)] {
        let mut machine = machine(Rules::ARMV8);
        machine.reserve(1, Y, &[0; 8], View::NONE, false);
        write(&mut machine, addr, 0);
        assert_eq!(machine.reservation(1).unwrap().is_lost(), lost, "{addr:#x}");
    }
    let mut machine = machine(Rules::ARMV8);
    machine.reserve(1, Y, &[0; 8], View::NONE, false);
    machine.atomic(1, store(Y, &[1]), &mut Lag(LONG));
    assert!(!machine.reservation(1).unwrap().is_lost());
    machine.lose_reservations(1, PAGE);
    assert!(!machine.reservation(1).unwrap().is_lost());
    machine.lose_reservations(0, PAGE);
    assert!(machine.reservation(1).unwrap().is_lost());
    machine.end_reservations(PAGE, Y);
    assert!(machine.reservation(1).is_some());
    machine.end_reservations(Y, Y + 1);
    assert_eq!(machine.reservation(1), None);
}

#[test]
fn counters_count_each_store_once() {
    let mut machine = machine(Rules::ARMV8);
    machine.store(0, store(X, &[1]), 0, &mut Lag(LONG));
    machine.store(0, store(Y, &[1]), 0, &mut Lag(LONG));
    machine.load(0, load(X));
    assert_eq!(machine.counters().overtaken_by_load, 0);
    machine.load(0, load(X + 32));
    machine.load(0, load(X + 32));
    machine.commit(0, 1, &mut Lag(LONG));
    machine.store(0, store(Y, &[2]), 0, &mut Lag(LONG));
    machine.commit(0, 1, &mut Lag(LONG));
    machine.load(1, load(Y));
    machine.atomic(0, store(Y, &[3]), &mut Lag(LONG));
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
    machine.store(0, store(X, &[1]), 0, &mut Lag(LONG));
    write(&mut machine, Y, 1);
    write(&mut machine, Y, 2);
    assert_eq!(machine.counters().overtaken_by_store, 1);
    assert_eq!(machine.counters().overtaken_by_load, 0);
}

#[test]
fn private_memory_passes_views_on() {
    let private = 0x9000;
    let mut machine = machine(Rules::ARMV8);
    // Without a past nothing is followed.
    assert_eq!(machine.private_load(1, load(private), true), View::NONE);
    write(&mut machine, Y, 1);
    let spilled = View::at(2);
    machine.private_store(
        1,
        Store {
            data: spilled,
            ..store(private, &[1, 0, 0, 0])
        },
    );
    assert_eq!(machine.private_load(1, load(private), false), spilled);
    assert_eq!(
        machine.private_load(1, load(private + 8), false),
        View::NONE
    );
    assert_eq!(machine.reads(1), spilled);
    assert_eq!(machine.private_load(1, load(private), true), machine.now());
    assert_eq!(machine.reads(1), machine.now());
}

#[test]
fn a_private_release_makes_stores_visible_and_holds_back_an_acquire() {
    let mut machine = machine(Rules::ARMV8);
    machine.store(1, store(X, &[1]), u64::MAX, &mut Lag(LONG));
    let now = machine.now();
    machine.private_release(1, &mut Lag(LONG));
    assert!(machine.buffer(1).is_empty() && machine.now() > now);
    assert_eq!(machine.acquire_rcsc(1, &mut Lag(LONG)), machine.now());
}

/// What it must be after goes first, and nothing else does.
#[test]
fn an_rcsc_acquire_waits_for_a_release_behind_other_stores() {
    let mut machine = machine(Rules::ARMV8);
    let released = Store {
        release: true,
        ..store(Y, &[2])
    };
    machine.store(0, store(X, &[1]), u64::MAX, &mut Lag(LONG));
    machine.store(0, released, u64::MAX, &mut Lag(LONG));
    machine.store(0, store(X + 32, &[3]), u64::MAX, &mut Lag(LONG));
    let view = machine.acquire_rcsc(0, &mut Lag(LONG));
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
fn a_load_of_a_word_comes_after_that_word_alone() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, Y, 1);
    let old = View::at(2);
    write(&mut machine, X + 4, 1);
    machine.see_one(1, X);
    let new = machine.now();
    assert_eq!(machine.load(1, load(X)), old);
    assert_eq!(machine.load(1, load(X + 4)), new);
    assert_eq!(machine.load(1, load(X + 2)), new);
    assert_eq!(machine.reads(1), new);
}

#[test]
fn a_store_that_hides_another_in_part_passes_both_views_on() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, Y, 1);
    let pending = |addr, bytes, data| Store {
        data,
        ..store(addr, bytes)
    };
    let (low, high) = (View::at(1), View::at(100));
    for (at, first, second) in [(X, high, low), (X + 16, low, high)] {
        machine.store(1, pending(at, &[1; 4], first), 9, &mut Lag(LONG));
        machine.store(1, pending(at, &[2; 2], second), 9, &mut Lag(LONG));
        assert_eq!(machine.load(1, Load { len: 2, ..load(at) }), second);
        assert_eq!(machine.load(1, load(at)), high);
    }
    let next_to_it = machine.load(1, load(X + 4));
    assert_eq!(next_to_it, View::at(2));
}

/// Its pending store hides the end of a word, or its beginning: the rest is another thread's.
#[test]
fn a_store_that_hides_a_write_in_part_passes_its_view_on() {
    for hidden in [X + 2, X] {
        let mut machine = machine(Rules::ARMV8);
        write(&mut machine, Y, 1);
        write(&mut machine, X, 1);
        machine.see_one(1, X);
        let written = machine.now();
        machine.store(1, store(hidden, &[2; 2]), LONG, &mut Lag(LONG));
        assert_eq!(machine.load(1, load(X)), written);
        let own = machine.load(
            1,
            Load {
                len: 2,
                ..load(hidden)
            },
        );
        assert_eq!(own, View::NONE);
    }
}

/// Its store has become visible, over the border of two granules: what is left of the words at its
/// ends is another thread's, and each as old as it was there.
#[test]
fn a_store_over_a_border_keeps_the_age_of_what_it_leaves() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, X + 8, 1);
    let written = machine.now();
    write(&mut machine, Y, 1);
    machine.store(1, store(X + 6, &[2; 4]), LONG, &mut Lag(LONG));
    machine.commit(1, 0, &mut Lag(LONG));
    assert!(machine.tracks(1));
    assert_eq!(machine.load(1, load(X + 4)), View::at(2));
    assert_eq!(machine.load(1, load(X + 8)), written);
}

#[test]
fn neighbours_keep_no_order() {
    for (first, second) in [(X, X + 4), (X + 4, X)] {
        let mut machine = machine(Rules::ARMV8);
        machine.store(0, store(first, &[1; 4]), 0, &mut Lag(LONG));
        machine.store(0, store(second, &[1; 4]), 0, &mut Lag(LONG));
        assert!(machine.may_commit(0, 1) && !machine.may_commit(0, 2));
    }
}

#[test]
fn synchronised_is_after_all_that_is_visible() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, X, 1);
    machine.store(1, store(Y, &[1]), u64::MAX, &mut Lag(LONG));
    machine.synchronise(1, &mut Lag(LONG));
    assert!(machine.buffer(1).is_empty() && !machine.tracks(1));
    assert_eq!((byte(&machine, 1, X), byte(&machine, 0, Y)), (1, 0));
}
