//! Pages that come, go, or were written by a system call.

use crate::support::{PAGE, X, Y, byte, load, machine, write};
use weakmem::{PAGE_SIZE, Rules};

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
    machine.refresh(|_, page| page[0] = 5);
    assert!(machine.now() > now);
    assert_eq!(byte(&machine, 1, X), 5);
    assert_eq!(machine.load(1, load(X)), machine.now());
}
