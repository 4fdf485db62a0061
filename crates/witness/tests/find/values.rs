//! Which store a load read, and loads whose value the trace does not explain.

use insta::assert_snapshot;
use overtake_report::trace::Op;

use crate::run::Run;

const X: u64 = 0x1000;
const Y: u64 = 0x1008;

/// MP whose last load reads `value`.
fn mp(value: u64) -> Run {
    let mut run = Run::new();
    run.load(1, 0x1f, X, 0);
    let data = run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load(1, 0x21, X, value);
    run.visible(data);
    run
}

#[test]
fn a_value_that_no_store_wrote_takes_no_part() {
    assert!(mp(0).show().starts_with("MP"));
    assert_eq!(mp(3).show(), "");
    // It is not visible yet, and another thread's.
    assert_eq!(mp(1).show(), "");
}

#[test]
fn a_flag_that_the_kernel_wrote_takes_no_part() {
    let mut run = Run::new();
    let data = run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.outside();
    run.load(1, 0x20, Y, 2);
    run.load(1, 0x21, X, 0);
    run.visible(data);
    assert_eq!(run.show(), "");
}

#[test]
fn initial_values_may_change_outside() {
    let mut run = Run::new();
    run.load(1, 0x1e, X, 5);
    run.outside();
    run.load(1, 0x1f, X, 0);
    let data = run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load(1, 0x21, X, 0);
    run.visible(data);
    assert_snapshot!(run.show(), @"MP: 10 (po StoreAfterStore) 11 (rf) 20 (po) 21 (fr)");
}

#[test]
fn a_thread_reads_its_own_pending_store() {
    let mut run = Run::new();
    let x = run.store(0, 0x10, X, 1);
    run.load(0, 0x11, X, 1);
    run.load(0, 0x12, Y, 0);
    let y = run.store(1, 0x20, Y, 1);
    run.load(1, 0x21, Y, 1);
    run.load(1, 0x22, X, 0);
    run.visible(x);
    run.visible(y);
    assert_snapshot!(run.show(), @"SB: 10 (po StoreAfterLoad) 12 (fr) 20 (po StoreAfterLoad) 22 (fr)");
}

#[test]
fn a_thread_sees_its_own_write_after_an_unseen_one() {
    let mut run = Run::new();
    let other = run.store(0, 0x10, X, 1);
    let unseen = run.visible(other);
    run.store_now(1, 0x20, X, 2);
    run.load_past(1, 0x21, X, 2, unseen);
    run.store_now(0, 0x11, X, 3);
    run.load_past(1, 0x22, X, 2, unseen);
    run.store_now(1, 0x23, Y, 1);
    assert_eq!(run.show(), "");
    // And what it read was right: the load takes part in a cycle.
    let mut run = Run::new();
    let other = run.store(0, 0x10, X, 1);
    let unseen = run.visible(other);
    run.store_now(1, 0x20, X, 2);
    run.store_now(0, 0x11, X, 3);
    run.store_now(0, 0x12, Y, 1);
    run.load(1, 0x21, Y, 1);
    run.load_past(1, 0x22, X, 2, unseen);
    assert_snapshot!(run.show(), @"MP: 11 (po) 12 (rf) 21 (po StaleLoad) 22 (fr)");
}

#[test]
fn bytes_of_one_load_come_from_several_stores() {
    let mut run = Run::new();
    let wide = run.access(0, 0x10, X, Op::Store, &[1; 8]);
    run.visible(wide);
    let byte = run.access(0, 0x11, X + 3, Op::Store, &[2]);
    run.access(0, 0x12, Y, Op::Store, &[1]);
    run.visible(run.events.len() - 1);
    run.access(1, 0x20, Y, Op::Load, &[1, 0]);
    // The wide store, without the byte.
    run.access(1, 0x21, X + 2, Op::Load, &[1, 1, 1, 1]);
    run.visible(byte);
    run.access(1, 0x22, X + 2, Op::Load, &[1, 2, 1, 1]);
    assert_snapshot!(run.show(), @"MP: 11 (po StoreAfterStore) 12 (rf) 20 (po) 21 (fr)");
}

#[test]
fn neighbours_do_not_communicate() {
    let mut run = Run::new();
    let data = run.access(0, 0x10, X, Op::Store, &[1; 4]);
    run.access(0, 0x11, Y, Op::Store, &[1; 4]);
    run.visible(run.events.len() - 1);
    run.access(1, 0x20, Y, Op::Load, &[1; 4]);
    run.access(1, 0x21, X + 4, Op::Load, &[0; 4]);
    run.visible(data);
    assert_eq!(run.show(), "");
}

#[test]
fn an_access_over_two_granules_misses_a_write_in_one() {
    let mut run = Run::new();
    let data = run.access(0, 0x10, Y, Op::Store, &[1; 4]);
    let write = run.visible(data);
    run.store_now(0, 0x11, 0x2000, 1);
    run.load(1, 0x20, 0x2000, 1);
    let load = run.access(1, 0x21, Y - 4, Op::Load, &[0; 8]);
    run.unseen(load, Y, write);
    assert_snapshot!(run.show(), @"MP: 10 (po) 11 (rf) 20 (po StaleLoad) 21 (fr)");
}

/// Only the load is torn: no order of accesses explains that.
#[test]
fn a_torn_access_alone_is_no_cycle() {
    let mut run = Run::new();
    let store = run.access(0, 0x10, X, Op::Store, &[1; 16]);
    let write = run.visible(store);
    let mut bytes = [1; 16];
    bytes[..8].fill(0);
    let load = run.access(1, 0x20, X, Op::Load, &bytes);
    run.unseen(load, X, write);
    assert_eq!(run.show(), "");
}

#[test]
fn a_torn_access_is_the_last_one_of_a_cycle() {
    let mut run = Run::new();
    let store = run.access(0, 0x10, X, Op::Store, &[1; 16]);
    let write = run.visible(store);
    run.store_now(0, 0x11, 0x2000, 1);
    run.load(1, 0x20, 0x2000, 1);
    let mut bytes = [1; 16];
    bytes[..8].fill(0);
    let load = run.access(1, 0x21, X, Op::Load, &bytes);
    run.unseen(load, X, write);
    assert_snapshot!(run.show(), @"MP: 10 (po) 11 (rf) 20 (po StaleLoad) 21 (fr)");
}
