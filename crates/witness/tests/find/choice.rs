//! Which cycle is ranked first.

use insta::assert_snapshot;
use overtake_report::trace::Op;

use crate::run::Run;

const EVENT: u64 = 0x1000;
const TAIL: u64 = 0x2000;
const HEAD: u64 = 0x2008;

/// The producer stores an event's fields and then the tail, in each of so many rounds; the consumer polls
/// the tail and loads the fields, `first` first. In the last round the first field is late.
fn ring(rounds: u64, first: u64) -> Run {
    let mut run = Run::new();
    let mut data = None;
    for round in 1..=rounds {
        let event = EVENT + round * 0x20;
        for field in 0..4 {
            let store = run.store(0, 0x10 + field, event + field * 8, round);
            if round == rounds && field == 0 {
                data = Some(store);
            } else {
                run.visible(store);
            }
        }
        run.load(1, 0x20, TAIL, round - 1);
        run.store_now(0, 0x14, TAIL, round);
        run.load(1, 0x20, TAIL, round);
        for field in (0..4).map(|field| (field + first) % 4) {
            let stale = round == rounds && field == 0;
            let value = if stale { 0 } else { round };
            run.load(1, 0x30 + field, event + field * 8, value);
        }
    }
    if let Some(data) = data {
        run.visible(data);
    }
    run
}

#[test]
fn the_flag_that_is_polled() {
    for rounds in 1..4 {
        for first in 0..4 {
            let run = ring(rounds, first);
            let expected = "MP: 10 (po StoreAfterStore) 14 (rf) 20 (po) 30 (fr)";
            assert_eq!(run.show(), expected, "{rounds} {first}");
        }
    }
}

/// Of the loads of the flag that read the new value, the last one.
#[test]
fn the_last_load_of_the_flag() {
    let mut run = Run::new();
    let data = run.store(0, 0x10, EVENT, 1);
    run.store_now(0, 0x11, TAIL, 1);
    run.load(1, 0x20, TAIL, 1);
    let last = run.load(1, 0x20, TAIL, 1);
    run.load(1, 0x21, EVENT, 0);
    run.load(1, 0x20, TAIL, 1);
    run.visible(data);
    assert_eq!(run.only().edges[1].to, last);
}

/// Of the loads that read the old value, the first one.
#[test]
fn the_first_stale_load() {
    let mut run = Run::new();
    let tail = run.store(0, 0x10, TAIL, 1);
    let first = run.load(0, 0x11, HEAD, 0);
    run.load(0, 0x11, HEAD, 0);
    run.store_now(1, 0x20, HEAD, 1);
    run.load(1, 0x21, TAIL, 0);
    run.visible(tail);
    assert_eq!(run.only().edges[0].to, first);
}

/// The second store overlaps the first one, and is read more often and later than the flag.
#[test]
fn other_memory_before_the_same() {
    let mut run = Run::new();
    let data = run.store(0, 0x10, EVENT, 1);
    let write = run.visible(data);
    let second = run.access(0, 0x11, EVENT + 4, Op::Store, &[2; 8]);
    run.visible(second);
    run.store_now(0, 0x12, TAIL, 1);
    run.load(1, 0x20, TAIL, 1);
    for _ in 0..3 {
        run.access(1, 0x21, EVENT + 8, Op::Load, &[2; 4]);
    }
    let load = run.access(1, 0x22, EVENT, Op::Load, &[0; 4]);
    run.unseen(load, EVENT, write);
    assert_snapshot!(run.show(), @"MP: 10 (po) 12 (rf) 20 (po StaleLoad) 22 (fr)");
}

#[test]
fn reads_from_before_from_read() {
    let mut run = Run::new();
    let tail = run.store(0, 0x10, TAIL, 1);
    for _ in 0..9 {
        run.load(0, 0x11, HEAD, 0);
    }
    let head = run.store(1, 0x20, HEAD, 1);
    run.load(1, 0x21, TAIL, 0);
    run.visible(tail);
    run.visible(head);
    let data = run.store(0, 0x12, EVENT, 1);
    run.store_now(0, 0x10, TAIL, 2);
    run.load(1, 0x21, TAIL, 2);
    run.load(1, 0x22, EVENT, 0);
    run.visible(data);
    assert_snapshot!(run.show(), @r"
    MP: 12 (po StoreAfterStore) 10 (rf) 21 (po) 22 (fr)
    SB: 10 (po StoreAfterLoad) 11 (fr) 20 (po StoreAfterLoad) 21 (fr)
    ");
}

#[test]
fn the_same_instructions_once() {
    let mut run = Run::new();
    let mut closing = Vec::new();
    for round in 1..=100 {
        let data = run.store(0, 0x10, EVENT, round);
        run.store_now(0, 0x11, TAIL, round);
        run.load(1, 0x20, TAIL, round);
        closing.push(run.load(1, 0x21, EVENT, round - 1));
        run.visible(data);
    }
    assert_eq!(run.only().edges[3].from, closing[0]);
}

/// Passed on by a third thread it would be ISA2, which explains no more than MP.
#[test]
fn two_threads_before_three() {
    let mut run = Run::new();
    let data = run.store(0, 0x10, EVENT, 1);
    run.store_now(0, 0x11, TAIL, 1);
    run.load(2, 0x30, TAIL, 1);
    run.store_now(2, 0x31, HEAD, 1);
    run.load(1, 0x20, HEAD, 1);
    run.load(1, 0x21, TAIL, 1);
    run.load(1, 0x22, EVENT, 0);
    run.visible(data);
    assert_snapshot!(run.show(), @"MP: 10 (po StoreAfterStore) 11 (rf) 21 (po) 22 (fr)");
}

#[test]
fn sixteen_at_most() {
    let mut run = Run::new();
    for one in 0..40 {
        let (field, flag) = (EVENT + one * 16, EVENT + one * 16 + 8);
        let data = run.store(0, 0x100 + one, field, 1);
        run.store_now(0, 0x200 + one, flag, 1);
        run.load(1, 0x300 + one, flag, 1);
        run.load(1, 0x400 + one, field, 0);
        run.visible(data);
    }
    assert_eq!(run.find().len(), 16);
}

#[test]
fn a_hundred_thousand_events_are_read() {
    let run = ring(7_200, 1);
    assert!(run.events.len() > 100_000);
    assert_snapshot!(run.show(), @"MP: 10 (po StoreAfterStore) 14 (rf) 20 (po) 30 (fr)");
}
