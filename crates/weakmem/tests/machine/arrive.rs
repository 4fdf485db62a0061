//! Writes that arrive at one thread before another (Power).

use crate::support::{X, Y, byte, load, machine, store};
use arch::Pairs;
use weakmem::{Driver, LONGEST_DELAY, Machine, Rules, StoreId, ThreadId, View};

/// Every write arrives late and is then seen at once, but at threads that take it as it comes.
struct Late(&'static [ThreadId]);

impl Driver for Late {
    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        0
    }

    fn arrival_delay(&mut self, _: StoreId, observer: ThreadId) -> u64 {
        if self.0.contains(&observer) { 0 } else { 9 }
    }

    fn patch(&mut self, _: u64, _: &[u8]) {}
}

const LWSYNC: Pairs = Pairs {
    wr: false,
    ..Pairs::ALL
};

fn three() -> Machine {
    let mut machine = machine(Rules::POWER);
    machine.add_thread();
    machine
}

fn write(machine: &mut Machine, thread: ThreadId, addr: u64, value: u8, driver: &mut Late) {
    let bytes = [value, 0, 0, 0];
    machine.store(thread, store(addr, &bytes), 0, driver);
    machine.drain(thread, driver);
}

fn oldest(machine: &Machine, thread: ThreadId) -> u64 {
    let mut writes = machine.not_arrived(thread).map(|it| it.0);
    writes.next().expect("some write has not arrived")
}

#[test]
fn a_write_arrives_at_one_thread_before_another() {
    let mut machine = three();
    write(&mut machine, 0, X, 1, &mut Late(&[1]));
    assert_eq!([0, 1, 2].map(|it| byte(&machine, it, X)), [1, 1, 0]);
    // Whatever it is ordered after.
    machine.expect(2, View::ALL, &mut Late(&[]));
    assert_eq!(byte(&machine, 2, X), 0);
    let write = oldest(&machine, 2);
    machine.arrive(2, write, &mut Late(&[]));
    assert_eq!(byte(&machine, 2, X), 1);
    assert!(!machine.may_see_older(2));
}

#[test]
fn it_arrives_in_time() {
    let mut machine = three();
    write(&mut machine, 0, X, 1, &mut Late(&[]));
    for _ in 0..LONGEST_DELAY {
        machine.next_round(&mut Late(&[]));
    }
    assert_eq!([0, 1, 2].map(|it| byte(&machine, it, X)), [1, 1, 1]);
}

/// Where memory is multi-copy atomic nobody is asked.
#[test]
fn elsewhere_it_arrives_at_all_threads_at_once() {
    for rules in [Rules::ARMV8, Rules::RVWMO, Rules::X86_TSO] {
        let mut machine = machine(rules);
        write(&mut machine, 0, X, 1, &mut Late(&[]));
        assert_eq!(byte(&machine, 1, X), 1, "{rules:?}");
    }
}

/// `lwsync` orders what its thread has read before what it writes, for others too.
#[test]
fn a_light_fence_is_cumulative() {
    let mut machine = three();
    write(&mut machine, 0, X, 1, &mut Late(&[1]));
    machine.load(1, load(X));
    machine.fence(1, LWSYNC, &mut Late(&[]));
    write(&mut machine, 1, Y, 1, &mut Late(&[2]));
    // It is not even asked for.
    assert_eq!([X, Y].map(|it| byte(&machine, 2, it)), [0, 0]);
    let y = machine.not_arrived(2).find(|it| it.1 == Y).expect("it").0;
    machine.arrive(2, y, &mut Late(&[]));
    assert_eq!([X, Y].map(|it| byte(&machine, 2, it)), [1, 1]);
}

/// And so is what follows a write that is ordered like that, on a third thread.
#[test]
fn cumulativity_goes_on_through_other_threads() {
    let mut machine = machine(Rules::POWER);
    machine.add_thread();
    machine.add_thread();
    let z = Y + 64;
    write(&mut machine, 0, X, 1, &mut Late(&[1, 2]));
    machine.fence(0, LWSYNC, &mut Late(&[]));
    write(&mut machine, 0, Y, 1, &mut Late(&[1, 2]));
    machine.load(2, load(Y));
    write(&mut machine, 2, z, 1, &mut Late(&[3]));
    assert_eq!(byte(&machine, 3, z), 0);
    let it = machine.not_arrived(3).find(|it| it.1 == z);
    machine.arrive(3, it.expect("it").0, &mut Late(&[]));
    assert_eq!([X, z].map(|it| byte(&machine, 3, it)), [1, 1]);
}

/// Without a fence, a data dependency orders nothing for others.
#[test]
fn no_fence_no_cumulativity() {
    let mut machine = three();
    write(&mut machine, 0, X, 1, &mut Late(&[1]));
    machine.load(1, load(X));
    write(&mut machine, 1, Y, 1, &mut Late(&[2]));
    assert_eq!([X, Y].map(|it| byte(&machine, 2, it)), [0, 1]);
}

#[test]
fn a_full_fence_waits_until_all_has_arrived_everywhere() {
    let mut machine = three();
    write(&mut machine, 0, X, 1, &mut Late(&[1]));
    write(&mut machine, 0, Y, 1, &mut Late(&[]));
    assert!(machine.awaits_propagation(1));
    machine.fence(1, Pairs::ALL, &mut Late(&[]));
    assert!(!machine.awaits_propagation(1));
    assert_eq!([X, Y].map(|it| byte(&machine, 2, it)), [1, 0]);
}

/// Who sees a later write to a location has no use for the earlier one, nor for what was before that.
#[test]
fn an_overwritten_write_is_skipped() {
    let mut machine = three();
    write(&mut machine, 0, Y, 1, &mut Late(&[]));
    machine.fence(0, LWSYNC, &mut Late(&[]));
    write(&mut machine, 0, X, 1, &mut Late(&[]));
    write(&mut machine, 1, X, 2, &mut Late(&[]));
    assert_eq!([X, Y].map(|it| byte(&machine, 1, it)), [2, 0]);
    let last = machine.not_arrived(2).last().expect("it").0;
    machine.arrive(2, last, &mut Late(&[]));
    assert_eq!([X, Y].map(|it| byte(&machine, 2, it)), [2, 0]);
}

/// But one that is overwritten in part arrives, and what was before it.
#[test]
fn a_write_that_is_overwritten_in_part_arrives() {
    let mut machine = three();
    write(&mut machine, 0, Y, 1, &mut Late(&[]));
    machine.fence(0, LWSYNC, &mut Late(&[]));
    write(&mut machine, 0, X, 1, &mut Late(&[]));
    machine.store(1, store(X + 1, &[2]), 0, &mut Late(&[]));
    machine.drain(1, &mut Late(&[]));
    assert_eq!([X, X + 1, Y].map(|it| byte(&machine, 1, it)), [1, 2, 1]);
}

/// The order of two writes is settled when the second one is committed.
#[test]
fn a_store_may_go_below_what_has_not_arrived() {
    let mut machine = three();
    write(&mut machine, 0, X, 2, &mut Late(&[]));
    let above = oldest(&machine, 1);
    machine.store(1, store(X, &[1, 0, 0, 0]), 0, &mut Late(&[]));
    assert_eq!(machine.may_commit_below(1, 0), [above]);
    machine.commit_below(1, 0, above, &mut Late(&[]));
    assert_eq!([0, 1, 2].map(|it| byte(&machine, it, X)), [2, 1, 0]);
    let lower = machine.not_arrived(2).find(|it| it.0 != above);
    machine.arrive(2, lower.expect("it").0, &mut Late(&[]));
    assert_eq!(byte(&machine, 2, X), 1);
    machine.arrive(1, above, &mut Late(&[]));
    machine.arrive(2, above, &mut Late(&[]));
    assert_eq!([0, 1, 2].map(|it| byte(&machine, it, X)), [2, 2, 2]);
    assert!(!machine.awaits_propagation(0));
}

/// Not below what is before it.
#[test]
fn a_store_does_not_go_below_what_is_ordered_before_it() {
    let mut machine = three();
    write(&mut machine, 0, X, 2, &mut Late(&[1]));
    machine.fence(1, LWSYNC, &mut Late(&[]));
    write(&mut machine, 1, Y, 1, &mut Late(&[]));
    // Coherence.
    write(&mut machine, 2, Y, 2, &mut Late(&[]));
    machine.fence(2, LWSYNC, &mut Late(&[]));
    machine.store(2, store(X, &[1, 0, 0, 0]), 0, &mut Late(&[]));
    assert!(machine.may_commit_below(2, 0).is_empty());
}

/// What a page holds that becomes shared, or leaves the model, is not late.
#[test]
fn a_page_that_goes_is_not_late() {
    let mut machine = three();
    write(&mut machine, 0, X, 1, &mut Late(&[1]));
    machine.remove_page(X);
    assert!(!machine.awaits_propagation(0));
    assert!(!machine.may_see_older(2));
}

/// A load-reserved that reads something older has no reservation.
#[test]
fn a_reservation_needs_the_newest_write() {
    let mut machine = three();
    write(&mut machine, 0, X, 1, &mut Late(&[1]));
    for (thread, lost) in [(1, false), (2, true)] {
        let there = [byte(&machine, thread, X), 0, 0, 0];
        machine.reserve(thread, X, &there, View::NONE, false);
        let held = machine.reservation(thread).expect("it has one");
        assert_eq!(held.is_lost(), lost);
    }
}

/// However many there are.
#[test]
fn so_many_writes_may_be_late() {
    let mut machine = three();
    for count in 0..200 {
        write(&mut machine, 0, X + 4 * count, 1, &mut Late(&[]));
    }
    let missing = machine.not_arrived(1).count();
    assert!(missing <= 64, "{missing}");
    machine.synchronise(0, &mut Late(&[]));
    assert_eq!(machine.not_arrived(1).count(), 0);
}
