//! Nodes, and two ways to publish one.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// The locations of one round.
#[derive(Default)]
pub struct Round {
    pub node: Node,
    /// Points to the node once it is filled; null before.
    pub pointer: Lone<AtomicPtr<Node>>,
    /// The round's number once the node is filled; 0 before.
    pub number: Lone<AtomicU64>,
}

/// A location on its own cache lines.
#[derive(Default)]
#[repr(align(128))]
pub struct Lone<T>(pub T);

/// Four fields: each is the round's number once the node is filled, and 0 before.
#[derive(Default)]
#[repr(align(128))]
pub struct Node([AtomicU64; 4]);

impl Node {
    /// Fills the node. Relaxed: the Release that publishes the node orders these stores.
    fn fill(&self, number: u64) {
        for field in &self.0 {
            field.store(number, Ordering::Relaxed);
        }
    }

    /// Whether every field is `number`.
    #[inline]
    pub fn is(&self, number: u64) -> bool {
        // The test: MP, reader's side. Relaxed: only a dependency, if any, orders these loads
        // after the load of what was published. All fields are loaded, whatever the first one is.
        self.0
            .iter()
            .map(|field| field.load(Ordering::Relaxed) == number)
            .fold(true, |all, one| all & one)
    }
}

impl Round {
    /// Uses every page of the round, before any thread begins it.
    pub fn touch(&self) {
        // Relaxed: pairs with nothing; all is still 0.
        assert!(self.node.is(0));
        assert!(self.pointer.0.load(Ordering::Relaxed).is_null());
        assert_eq!(self.number.0.load(Ordering::Relaxed), 0);
    }
}

pub fn publish_pointer(round: &Round, number: u64) {
    round.node.fill(number);
    // Release: this store is ordered after the fields' stores. It pairs with no Acquire: the
    // reader has an address dependency instead, which orders its loads in machine code.
    round
        .pointer
        .0
        .store(ptr::from_ref(&round.node).cast_mut(), Ordering::Release);
}

pub fn publish_number(round: &Round, number: u64) {
    round.node.fill(number);
    // Release: as above, but the reader's control dependency orders no loads.
    round.number.0.store(number, Ordering::Release);
}
