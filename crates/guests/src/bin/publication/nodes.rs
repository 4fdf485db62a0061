//! Nodes, and how they are published.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// What a round uses; no other round does.
#[derive(Default)]
pub struct Round {
    pub node: Node,
    /// The node, once it is filled; null before.
    pub pointer: Lone<AtomicPtr<Node>>,
    /// The round's number, once the node is filled; 0 before.
    pub number: Lone<AtomicU64>,
}

/// A location with no other one near it.
#[derive(Default)]
#[repr(align(128))]
pub struct Lone<T>(pub T);

/// Filled, each of the fields is the round's number; before, 0.
#[derive(Default)]
#[repr(align(128))]
pub struct Node([AtomicU64; 4]);

impl Node {
    /// Relaxed: the Release of what publishes the node comes after it.
    fn fill(&self, number: u64) {
        for field in &self.0 {
            field.store(number, Ordering::Relaxed);
        }
    }

    /// Whether every field is what it should be.
    #[inline]
    pub fn is(&self, number: u64) -> bool {
        // The test: MP, the reader's side. Relaxed: a dependency orders the loads after that of
        // what was published, or nothing does. All fields are loaded, whatever the first one is.
        self.0
            .iter()
            .map(|field| field.load(Ordering::Relaxed) == number)
            .fold(true, |all, one| all & one)
    }
}

impl Round {
    /// Uses every page of the round, which nobody has begun yet.
    pub fn touch(&self) {
        // Relaxed: pairs with nothing, all is 0 as yet.
        assert!(self.node.is(0));
        assert!(self.pointer.0.load(Ordering::Relaxed).is_null());
        assert_eq!(self.number.0.load(Ordering::Relaxed), 0);
    }
}

pub fn publish_pointer(round: &Round, number: u64) {
    round.node.fill(number);
    // Release: orders the fields' stores before this one. It pairs with no Acquire; on the
    // machine the reader's address dependency takes the place of one.
    round
        .pointer
        .0
        .store(ptr::from_ref(&round.node).cast_mut(), Ordering::Release);
}

pub fn publish_number(round: &Round, number: u64) {
    round.node.fill(number);
    // Release: as above, but a control dependency takes the place of nothing.
    round.number.0.store(number, Ordering::Release);
}
