//! What a load is ordered after, by what it reads.

use crate::support::{Delay, LONG, X, Y, load, machine, store, write};
use weakmem::{Load, Rules, Store, View};

#[test]
fn private_memory_passes_views_on() {
    let private = 0x9000;
    let mut machine = machine(Rules::ARMV8);
    // Where nothing is unseen, no views are kept.
    assert_eq!(machine.private_load(1, load(private), true), View::NONE);
    write(&mut machine, Y, 1);
    let spilled = machine.now();
    write(&mut machine, Y, 2);
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
fn a_view_that_includes_nothing_unseen_is_not_kept() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, X, 1);
    machine.see_one(1, X, 1);
    let before = machine.now();
    write(&mut machine, Y, 1);
    assert!(machine.sees(1, before) && !machine.sees(1, machine.now()));
    assert_eq!(machine.load(1, load(X)), View::NONE);
}

#[test]
fn a_private_release_makes_stores_visible_and_holds_back_an_acquire() {
    let mut machine = machine(Rules::ARMV8);
    machine.store(1, store(X, &[1]), u64::MAX, &mut Delay(LONG));
    let now = machine.now();
    machine.private_release(1, &mut Delay(LONG));
    assert!(machine.buffer(1).is_empty() && machine.now() > now);
    assert_eq!(machine.acquire_rcsc(1, &mut Delay(LONG)), machine.now());
}

#[test]
fn a_load_of_a_word_is_ordered_after_that_word_alone() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, Y, 1);
    write(&mut machine, X, 1);
    machine.see_one(1, X, 1);
    let old = machine.now();
    write(&mut machine, X + 4, 1);
    machine.see_one(1, X + 4, 1);
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
    let (low, high) = (machine.now(), View::at(100));
    for (at, first, second) in [(X, high, low), (X + 16, low, high)] {
        machine.store(1, pending(at, &[1; 4], first), 9, &mut Delay(LONG));
        machine.store(1, pending(at, &[2; 2], second), 9, &mut Delay(LONG));
        assert_eq!(machine.load(1, Load { len: 2, ..load(at) }), second);
        assert_eq!(machine.load(1, load(at)), high);
    }
    let next_to_it = machine.load(1, load(X + 4));
    assert_eq!(next_to_it, View::NONE);
}

#[test]
fn a_store_that_hides_a_write_in_part_passes_its_view_on() {
    for hidden in [X + 2, X] {
        let mut machine = machine(Rules::ARMV8);
        write(&mut machine, Y, 1);
        write(&mut machine, X, 1);
        machine.see_one(1, X, 1);
        let written = machine.now();
        machine.store(1, store(hidden, &[2; 2]), LONG, &mut Delay(LONG));
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

#[test]
fn a_store_over_a_border_keeps_the_age_of_what_it_leaves() {
    let mut machine = machine(Rules::ARMV8);
    write(&mut machine, Y, 1);
    write(&mut machine, X + 8, 1);
    let written = machine.now();
    machine.store(1, store(X + 6, &[2; 4]), LONG, &mut Delay(LONG));
    machine.commit(1, 0, &mut Delay(LONG));
    assert!(machine.tracks(1));
    assert_eq!(machine.load(1, load(X + 4)), View::NONE);
    assert_eq!(machine.load(1, load(X + 8)), written);
}
