//! Which writes a thread has not seen, and for how long.

use crate::support::{Delay, LONG, PAGE, X, Y, byte, machine, store, write};
use weakmem::{LONGEST_DELAY, Rules};

#[test]
fn a_thread_that_may_not_read_stale_values_sees_all() {
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
fn on_x86_no_value_is_stale() {
    let mut machine = machine(Rules::X86_TSO);
    machine.allow_stale(1, true);
    write(&mut machine, X, 1);
    assert_eq!(byte(&machine, 1, X), 1);
    assert!(!machine.tracks(1));
}

#[test]
fn an_unseen_write_is_seen_in_time() {
    let mut machine = machine(Rules::ARMV8);
    machine.atomic(0, store(X, &[1]), None, &mut Delay(0));
    assert_eq!(byte(&machine, 1, X), 1);
    machine.atomic(0, store(X, &[2]), None, &mut Delay(2));
    assert_eq!(machine.unseen(1, X, 1), 1);
    // Who has not seen that one does not see this one, although its delay is shorter.
    machine.atomic(0, store(X, &[3]), None, &mut Delay(0));
    assert_eq!((machine.unseen(1, X, 1), machine.unseen(1, Y, 1)), (2, 0));
    for seen in [1, 1, 1, 3] {
        assert_eq!(byte(&machine, 1, X), seen);
        machine.next_round(&mut Delay(LONG));
    }
    let mut rounds = 0;
    machine.atomic(0, store(Y, &[2]), None, &mut Delay(LONG));
    while machine.tracks(1) {
        machine.next_round(&mut Delay(LONG));
        rounds += 1;
    }
    assert_eq!(rounds, LONGEST_DELAY + 1);
}

#[test]
fn one_unseen_write_too_many_shows_the_oldest() {
    let mut machine = machine(Rules::ARMV8);
    for index in 0..128 {
        write(&mut machine, PAGE + 8 * index, 1);
    }
    assert_eq!(
        (machine.unseen_granules(1).count(), byte(&machine, 1, X)),
        (128, 0)
    );
    write(&mut machine, PAGE + 8 * 128, 1);
    assert_eq!(
        (machine.unseen_granules(1).count(), byte(&machine, 1, X)),
        (128, 1)
    );
    assert_eq!(byte(&machine, 1, PAGE + 8), 0);
}

#[test]
fn synchronised_is_after_all_that_is_visible() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, X, 1);
    machine.store(1, store(Y, &[1]), u64::MAX, &mut Delay(LONG));
    machine.synchronise(1, &mut Delay(LONG));
    assert!(machine.buffer(1).is_empty() && !machine.tracks(1));
    assert_eq!((byte(&machine, 1, X), byte(&machine, 0, Y)), (1, 0));
}
