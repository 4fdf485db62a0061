//! Reservations, and what the status of a store-conditional is ordered after.

use crate::support::{Delay, LONG, PAGE, X, Y, machine, store, write};
use weakmem::{Rules, View};

#[test]
fn a_status_is_ordered_after_the_reservation_or_the_write() {
    for (rules, includes_write) in [
        (Rules::ARMV8, false),
        (Rules::POWER, false),
        (Rules::RVWMO, true),
    ] {
        let mut machine = machine(rules);
        // An unseen write, without which no views are kept.
        write(&mut machine, Y, 1);
        let read = View::at(2);
        machine.reserve(1, X, &[0; 4], read, false);
        let before = machine.now();
        machine.atomic(1, store(X, &[1, 0, 0, 0]), None, &mut Delay(LONG));
        let status = machine.status(1);
        assert_ne!(before, machine.now());
        let expected = if includes_write { machine.now() } else { read };
        assert_eq!(status, expected, "{rules:?}");
    }
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
    machine.atomic(1, store(Y, &[1]), None, &mut Delay(LONG));
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
