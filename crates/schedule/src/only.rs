//! A strategy with choices of one kind.

use weakmem::{EarlyStore, Progress, Quantum, Stop, StoreId, Strategy, ThreadId};

/// A kind of choices that a sequentially consistent machine does not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Stores stay pending.
    Pending,
    /// Visible stores stay unseen by threads.
    Unseen,
    /// Stores become visible before their threads make them.
    Early,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::Pending, Kind::Unseen, Kind::Early];

    /// Its name: `pending`, `unseen`, `early`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Pending => "pending",
            Kind::Unseen => "unseen",
            Kind::Early => "early",
        }
    }
}

/// A strategy that asks another one, and makes of its choices those of one kind, or of no kind. All others
/// are made as a sequentially consistent machine would. Which threads run is not restricted.
pub struct Only {
    strategy: Box<dyn Strategy + Send>,
    kind: Option<Kind>,
}

impl Only {
    /// Makes the choices of `strategy` that are of this kind.
    #[must_use]
    pub fn new(strategy: Box<dyn Strategy + Send>, kind: Option<Kind>) -> Self {
        Self { strategy, kind }
    }

    fn delay(&self, kind: Kind, rounds: u64) -> u64 {
        if self.kind == Some(kind) { rounds } else { 0 }
    }
}

impl Strategy for Only {
    fn next_thread(&mut self, runnable: &[ThreadId]) -> ThreadId {
        self.strategy.next_thread(runnable)
    }

    fn quantum(&mut self, from: Progress) -> Quantum {
        self.strategy.quantum(from)
    }

    fn stopped(&mut self, at: Progress, why: Stop) {
        self.strategy.stopped(at, why);
    }

    fn early(&mut self, at: Progress, found: Option<EarlyStore>) -> Option<EarlyStore> {
        let early = self.strategy.early(at, found);
        early.filter(|_| self.kind == Some(Kind::Early))
    }

    fn store_delay(&mut self, store: StoreId) -> u64 {
        let rounds = self.strategy.store_delay(store);
        self.delay(Kind::Pending, rounds)
    }

    fn read_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        let rounds = self.strategy.read_delay(store, observer);
        self.delay(Kind::Unseen, rounds)
    }

    fn fails(&mut self, thread: ThreadId) -> bool {
        // The number is drawn, so that all kinds choose the same threads.
        let _ = self.strategy.fails(thread);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weakmem::Uniform;

    #[test]
    fn only_choices_of_that_kind_are_made() {
        let store = |number| StoreId { thread: 0, number };
        for kind in [
            None,
            Some(Kind::Pending),
            Some(Kind::Unseen),
            Some(Kind::Early),
        ] {
            let mut only = Only::new(Box::new(Uniform::new(1)), kind);
            let pending: u64 = (1..200).map(|it| only.store_delay(store(it))).sum();
            let unseen: u64 = (1..200).map(|it| only.read_delay(store(it), 1)).sum();
            assert_eq!(pending > 0, kind == Some(Kind::Pending));
            assert_eq!(unseen > 0, kind == Some(Kind::Unseen));
            assert!(!(0..200).any(|_| only.fails(0)));
        }
    }
}
