//! Today's limits, asserted: each hides outcomes that an architecture allows (and so bugs), and
//! none adds one. A change of the model announces itself here.

use crate::explore::{Location, Step, Unseen, X, outcomes};
use weakmem::{Machine, PAGE_SIZE, Rules, View};

use Step::{Load, Store};

fn seen(program: &[&[Step]], registers: &[u8]) -> bool {
    outcomes(Rules::POWER, program)
        .iter()
        .any(|outcome| outcome.starts_with(registers))
}

/// Neighbours within four bytes are seen together, where Armv8, RVWMO and Power let a thread see
/// the newer of two bytes before the older one. Words are seen apart.
#[test]
fn neighbours_are_seen_together() {
    for (distance, seen) in [(1, [1, 1]), (4, [0, 1])] {
        let mut machine = Machine::new(Rules::POWER);
        machine.insert_page(X.0, [0; PAGE_SIZE]);
        let [writer, reader] = [(); 2].map(|()| machine.add_thread());
        for addr in [X.0, X.0 + distance] {
            let store = weakmem::Store {
                addr,
                bytes: &[1],
                release: false,
                address: View::NONE,
                data: View::NONE,
            };
            machine.atomic(writer, store, None, &mut Unseen);
        }
        machine.see_one(reader, X.0 + distance, 1);
        if distance == 1 {
            machine.see_one(reader, X.0 + distance, 1);
        }
        let read = [X.0, X.0 + distance].map(|addr| {
            let mut byte = [0];
            machine.read(reader, addr, &mut byte);
            byte[0]
        });
        assert_eq!(read, seen, "at a distance of {distance}");
    }
    // Across words, whole programs too.
    let neighbour = Location(X.0 + 4);
    let program: &[&[Step]] = &[
        &[Store(X, 1), Step::Release(neighbour, 1)],
        &[Load(neighbour), Load(X)],
    ];
    assert!(seen(program, &[1, 0]));
}

/// Different locations: what the tests above leave out is not hidden by a mistake of theirs.
#[test]
fn the_explorer_does_find_weak_outcomes() {
    let z = Location(0x1080);
    let program: &[&[Step]] = &[&[Store(X, 1), Store(z, 1)], &[Load(z), Load(X)]];
    assert!(seen(program, &[1, 0]));
}
