//! The named shapes, each as the model produces it.

use insta::assert_snapshot;

use crate::run::Run;

const X: u64 = 0x1000;
const Y: u64 = 0x1008;
const Z: u64 = 0x1010;

#[test]
fn mp_of_the_writer() {
    let mut run = Run::new();
    let data = run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load(1, 0x21, X, 0);
    run.visible(data);
    assert_snapshot!(run.show(), @"MP: 10 (po StoreAfterStore) 11 (rf) 20 (po) 21 (fr)");
}

#[test]
fn mp_of_a_store_that_never_becomes_visible() {
    let mut run = Run::new();
    run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load(1, 0x21, X, 0);
    assert_snapshot!(run.show(), @"MP: 10 (po StoreAfterStore) 11 (rf) 20 (po) 21 (fr)");
}

#[test]
fn mp_of_the_reader() {
    let mut run = Run::new();
    let data = run.store(0, 0x10, X, 1);
    let write = run.visible(data);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load_past(1, 0x21, X, 0, write);
    assert_snapshot!(run.show(), @"MP: 10 (po) 11 (rf) 20 (po StaleLoad) 21 (fr)");
}

#[test]
fn sb() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 1);
    run.load(0, 0x11, Y, 0);
    let y = run.store(1, 0x20, Y, 1);
    run.load(1, 0x21, X, 0);
    run.visible(x);
    run.visible(y);
    assert_snapshot!(run.show(), @"SB: 10 (po StoreAfterLoad) 11 (fr) 20 (po StoreAfterLoad) 21 (fr)");
}

/// The reader gives a slot back, the writer fills it, and the reader reads that.
#[test]
fn lb() {
    let mut run = Run::new();
    run.early(1);
    run.load(0, 0x10, Y, 1);
    run.store_now(0, 0x11, X, 1);
    run.load(1, 0x20, X, 1);
    run.store(1, 0x21, Y, 1);
    assert_snapshot!(run.show(), @"LB: 10 (po) 11 (rf) 20 (po EarlyStore) 21 (rf)");
}

#[test]
fn lb_with_both_stores_early() {
    let mut run = Run::new();
    run.early(0);
    run.early(1);
    run.load(0, 0x10, Y, 1);
    run.load(1, 0x20, X, 1);
    run.store(0, 0x11, X, 1);
    run.store(1, 0x21, Y, 1);
    assert_snapshot!(run.show(), @"LB: 20 (po EarlyStore) 21 (rf) 10 (po EarlyStore) 11 (rf)");
}

/// A store that is early, but after the load that it might have overtaken.
#[test]
fn no_lb_where_the_load_was_done_first() {
    let mut run = Run::new();
    run.load(1, 0x20, X, 0);
    run.early(1);
    run.load(0, 0x10, Y, 1);
    run.store_now(0, 0x11, X, 1);
    run.store(1, 0x21, Y, 1);
    assert_snapshot!(run.show(), @"");
}

/// Until a thread has made its early store, it reads what was there before.
#[test]
fn an_early_store_is_not_seen_by_its_own_thread() {
    let mut run = Run::new();
    run.store_now(0, 0x9, Y, 7);
    run.early(1);
    run.load(0, 0x10, Y, 1);
    run.store_now(0, 0x11, X, 1);
    run.load(1, 0x1f, Y, 7);
    run.load(1, 0x20, X, 1);
    run.store(1, 0x21, Y, 1);
    run.load(1, 0x22, Y, 1);
    assert_snapshot!(run.show(), @"LB: 10 (po) 11 (rf) 20 (po EarlyStore) 21 (rf)");
}

/// An early store overwrites what another thread stores before it is made.
#[test]
fn s_of_an_early_store() {
    let mut run = Run::new();
    run.early(1);
    run.store_now(0, 0x10, Y, 2);
    run.store_now(0, 0x11, X, 1);
    run.load(1, 0x20, X, 1);
    run.store(1, 0x21, Y, 1);
    assert_snapshot!(run.show(), @"S: 10 (po) 11 (rf) 20 (po EarlyStore) 21 (co)");
}

#[test]
fn r() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.store_now(1, 0x20, Y, 2);
    run.load(1, 0x21, X, 0);
    run.visible(x);
    assert_snapshot!(run.show(), @"R: 10 (po StoreAfterStore) 11 (co) 20 (po) 21 (fr)");
}

/// It starts as its family does, whichever step leads backward.
#[test]
fn r_of_a_late_load() {
    let mut run = Run::new();
    let y = run.store(1, 0x20, Y, 2);
    run.load(1, 0x21, X, 0);
    run.store_now(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.visible(y);
    assert_snapshot!(run.show(), @"R: 10 (po) 11 (co) 20 (po StoreAfterLoad) 21 (fr)");
}

#[test]
fn s() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 2);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.store_now(1, 0x21, X, 1);
    run.visible(x);
    assert_snapshot!(run.show(), @"S: 10 (po StoreAfterStore) 11 (rf) 20 (po) 21 (co)");
}

#[test]
fn two_and_two_writes() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 2);
    run.store_now(0, 0x11, Y, 1);
    let y = run.store(1, 0x20, Y, 2);
    run.store_now(1, 0x21, X, 1);
    run.visible(y);
    run.visible(x);
    assert_snapshot!(run.show(), @"2+2W: 10 (po StoreAfterStore) 11 (co) 20 (po StoreAfterStore) 21 (co)");
}

#[test]
fn wrc() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 1);
    let write = run.visible(x);
    run.load(1, 0x20, X, 1);
    run.store_now(1, 0x21, Y, 1);
    run.load(2, 0x30, Y, 1);
    run.load_past(2, 0x31, X, 0, write);
    assert_snapshot!(run.show(), @"WRC: 20 (po) 21 (rf) 30 (po StaleLoad) 31 (fr) 10 (rf)");
}

#[test]
fn isa2() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.store_now(1, 0x21, Z, 1);
    run.load(2, 0x30, Z, 1);
    run.load(2, 0x31, X, 0);
    run.visible(x);
    assert_snapshot!(run.show(), @"ISA2: 10 (po StoreAfterStore) 11 (rf) 20 (po) 21 (rf) 30 (po) 31 (fr)");
}

#[test]
fn iriw() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 1);
    let x = run.visible(x);
    let y = run.store(1, 0x20, Y, 1);
    let y = run.visible(y);
    run.load(2, 0x30, X, 1);
    run.load_past(2, 0x31, Y, 0, y);
    run.load(3, 0x40, Y, 1);
    run.load_past(3, 0x41, X, 0, x);
    assert_snapshot!(run.show(), @"IRIW: 40 (po StaleLoad) 41 (fr) 10 (rf) 30 (po) 31 (fr) 20 (rf)");
}

#[test]
fn three_sb() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 1);
    run.load(0, 0x11, Y, 0);
    let y = run.store(1, 0x20, Y, 1);
    run.load(1, 0x21, Z, 0);
    let z = run.store(2, 0x30, Z, 1);
    run.load(2, 0x31, X, 0);
    for store in [x, y, z] {
        run.visible(store);
    }
    assert_snapshot!(run.show(), @"3.SB: 10 (po StoreAfterLoad) 11 (fr) 20 (po StoreAfterLoad) 21 (fr) 30 (po StoreAfterLoad) 31 (fr)");
}

#[test]
fn an_atomic_is_read_and_written() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 1);
    run.atomic(0, 0x11, Y, 1);
    run.atomic(1, 0x20, Y, 2);
    run.load(1, 0x21, X, 0);
    run.visible(x);
    assert_snapshot!(run.show(), @"MP: 10 (po StoreAfterStore) 11 (rf) 20 (po) 21 (fr)");
}

#[test]
fn a_load_of_two_stores_has_no_name() {
    let mut run = Run::new();
    let low = run.access(0, 0x10, X, overtake_report::trace::Op::Store, &[1; 4]);
    let high = run.access(0, 0x11, X + 4, overtake_report::trace::Op::Store, &[1; 4]);
    run.visible(high);
    run.load(1, 0x20, X, 0x0101_0101_0000_0000);
    run.visible(low);
    assert_snapshot!(run.show(), @"PodWW Rfe Fre: 10 (po StoreAfterStore) 11 (rf) 20 (fr)");
}

#[test]
fn a_write_between_costs_no_thread() {
    let mut run = Run::new();
    let first = run.store(2, 0x30, X, 7);
    let first = run.visible(first);
    run.store_now(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load_past(1, 0x21, X, 0, first);
    assert_snapshot!(run.show(), @"MP: 10 (po) 11 (rf) 20 (po StaleLoad) 21 (fr)");
}

#[test]
fn interleaving_gives_no_cycle() {
    let mut run = Run::new();
    run.load(1, 0x20, Y, 0);
    run.store_now(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load(1, 0x21, X, 1);
    assert_eq!(run.show(), "");
}

/// The load may have been first.
#[test]
fn a_late_store_alone_is_no_cycle() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 1);
    run.load(1, 0x20, X, 0);
    run.visible(x);
    run.load(1, 0x20, X, 1);
    assert_eq!(run.show(), "");
}
