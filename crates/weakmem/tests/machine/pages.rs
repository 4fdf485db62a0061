//! Pages that come, go, or were written by a system call.

use crate::support::{PAGE, X, Y, byte, load, machine, write};
use weakmem::{Machine, PAGE_SIZE, Rules};

#[test]
fn a_page_that_comes_or_goes_has_nothing_unseen() {
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
    machine.refresh(0..u64::MAX, |_, page| page[0] = 5);
    assert!(machine.now() > now);
    assert_eq!(byte(&machine, 1, X), 5);
    assert_eq!(machine.load(1, load(X)), machine.now());
}

#[test]
fn only_pages_that_a_system_call_may_have_written_are_looked_at() {
    let mut machine = Machine::new(Rules::ARMV8);
    machine.add_thread();
    let pages = [PAGE, PAGE + 4096, PAGE + 8192, PAGE + 16384];
    for page in pages {
        machine.insert_page(page, [0; PAGE_SIZE]);
    }
    let mut looked_at = |addresses| {
        let mut looked_at = Vec::new();
        machine.refresh(addresses, |page, _| looked_at.push(page));
        looked_at
    };
    assert_eq!(looked_at(PAGE + 4..PAGE + 8), pages[..1]);
    assert_eq!(looked_at(PAGE + 4095..PAGE + 4097), pages[..2]);
    assert_eq!(looked_at(PAGE + 4096..PAGE + 8192), pages[1..2]);
    assert_eq!(looked_at(PAGE + 12288..PAGE + 16384), [0; 0]);
    assert_eq!(looked_at(0..u64::MAX), pages);
    assert_eq!(looked_at(PAGE + 8..PAGE + 8), [0; 0]);
}
