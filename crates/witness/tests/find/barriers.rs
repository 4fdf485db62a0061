//! Misplaced barriers.

use arch::Pairs;
use witness::{Cycle, Link};

use crate::run::Run;

const X: u64 = 0x1000;
const Y: u64 = 0x1008;

const STORES: Pairs = Pairs {
    rr: false,
    rw: false,
    wr: false,
    ww: true,
};
const LOADS: Pairs = Pairs {
    rr: true,
    rw: true,
    wr: false,
    ww: false,
};
const ALL: Pairs = Pairs {
    rr: true,
    rw: true,
    wr: true,
    ww: true,
};

fn misplaced(cycle: &Cycle) -> Vec<Option<usize>> {
    let links = cycle.edges.iter().filter_map(|edge| match edge.link {
        Link::Program { misplaced, .. } => Some(misplaced),
        _ => None,
    });
    links.collect()
}

#[test]
fn after_the_store_that_it_should_precede() {
    let mut run = Run::new();
    run.barrier(0, 0x0f, STORES);
    let data = run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.barrier(0, 0x12, LOADS);
    run.barrier(1, 0x13, STORES);
    let late = run.barrier(0, 0x14, STORES);
    run.barrier(0, 0x15, ALL);
    run.load(1, 0x20, Y, 1);
    run.load(1, 0x21, X, 0);
    run.visible(data);
    assert_eq!(misplaced(&run.only()), [Some(late), None]);
}

/// A barrier after the next execution of the first store belongs to that execution.
#[test]
fn before_the_store_that_it_should_follow() {
    let mut run = Run::new();
    run.barrier(0, 0x0e, STORES);
    let early = run.barrier(0, 0x0f, STORES);
    let data = run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load(1, 0x21, X, 0);
    run.visible(data);
    run.store_now(0, 0x10, X, 2);
    run.barrier(0, 0x0f, STORES);
    assert_eq!(misplaced(&run.only()), [Some(early), None]);
}

#[test]
fn a_barrier_of_another_iteration_does_not_count() {
    let mut run = Run::new();
    run.barrier(0, 0x0f, STORES);
    run.store_now(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    let data = run.store(0, 0x10, X, 2);
    run.store_now(0, 0x11, Y, 2);
    run.load(1, 0x20, Y, 2);
    run.load(1, 0x21, X, 1);
    run.visible(data);
    run.store_now(0, 0x10, X, 3);
    run.barrier(0, 0x0f, STORES);
    assert_eq!(misplaced(&run.only()), [None, None]);
}

#[test]
fn it_orders_the_reordered_pair() {
    // Loads.
    let mut run = Run::new();
    let data = run.store(0, 0x10, X, 1);
    let write = run.visible(data);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load_past(1, 0x21, X, 0, write);
    run.barrier(1, 0x22, STORES);
    let late = run.barrier(1, 0x23, LOADS);
    assert_eq!(misplaced(&run.only()), [None, Some(late)]);
    // A store and a load.
    let mut run = Run::new();
    let early = run.barrier(0, 0x0e, ALL);
    run.barrier(0, 0x0f, STORES);
    let x = run.store(0, 0x10, X, 1);
    run.load(0, 0x11, Y, 0);
    run.barrier(0, 0x12, LOADS);
    run.store_now(1, 0x20, Y, 1);
    run.barrier(1, 0x21, ALL);
    run.load(1, 0x22, X, 0);
    run.visible(x);
    assert_eq!(misplaced(&run.only()), [Some(early), None]);
}

#[test]
fn a_barrier_for_something_else_does_not_count() {
    // Another access lies between.
    let mut run = Run::new();
    run.barrier(0, 0x0e, STORES);
    run.store_now(0, 0x0f, X + 64, 1);
    let data = run.store(0, 0x10, X, 1);
    run.store_now(0, 0x11, Y, 1);
    run.store_now(0, 0x12, X + 64, 1);
    run.barrier(0, 0x13, STORES);
    run.load(1, 0x20, Y, 1);
    run.load(1, 0x21, X, 0);
    run.visible(data);
    assert_eq!(misplaced(&run.only()), [None, None]);
    // It makes a release of a store.
    let mut run = Run::new();
    let data = run.store(0, 0x10, X, 1);
    let write = run.visible(data);
    run.store_now(0, 0x11, Y, 1);
    run.load(1, 0x20, Y, 1);
    run.load_past(1, 0x21, X, 0, write);
    run.barrier(1, 0x22, LOADS);
    run.store_now(1, 0x23, X + 64, 1);
    assert_eq!(misplaced(&run.only()), [None, None]);
}
