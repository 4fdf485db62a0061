//! What a thread will store, as far as that does not depend on what it will load.

use crate::access::Store;
use crate::image::granules;
use crate::promise::{Before, EarlyStore};
use crate::view::View;
use rustc_hash::FxHashMap;

/// The views of loads that the thread makes while it looks ahead: later than any write.
const LATER: u64 = 1 << 62;

/// The number of stores that a thread makes ahead at most. All of them stay pending while it has promises.
const MOST: u64 = 40;

/// A store that the thread makes later, the same whatever other threads do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// The store.
    pub store: EarlyStore,
    /// It may be promised once the thread has made so many loads of shared memory from where it started to
    /// look ahead; 0: it depends on none, and may be promised there.
    pub after: u64,
    /// So many loads of shared memory come between that place and the store.
    pub overtakes: u64,
    /// The store of this index is to the same memory, and must be promised before it, at the same place.
    pub needs: Option<usize>,
    /// Stores that the thread has made before it since it looks ahead, and how many of them were to its own memory.
    stores: u64,
    private: u64,
}

/// What a thread that looks ahead has done since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LookAhead {
    /// The number of its last store before that.
    behind: u64,
    /// Loads of shared memory, but for those that read the thread's own pending stores.
    loads: u64,
    /// Stores to memory that no other thread uses.
    private: u64,
    /// Stores that it has made, these too.
    stores: u64,
    /// How many of both came before each load.
    before: Vec<(u64, u64)>,
    /// All its later stores are ordered after one of those.
    ordered: bool,
    /// The view of the last load of each granule.
    loaded: FxHashMap<u64, View>,
    /// The last store to each granule, if that may be early: an index of `found`.
    stored: FxHashMap<u64, Option<usize>>,
    found: Vec<Ahead>,
    /// Those of `found` that must not be promised: the thread has read them while they were pending.
    read: Vec<bool>,
}

impl LookAhead {
    /// From here, where the thread has made so many stores.
    pub fn new(behind: u64) -> Self {
        Self {
            behind,
            ..Self::default()
        }
    }

    /// The stores that may be early.
    pub fn found(&self) -> Vec<Ahead> {
        let mut found: Vec<Option<Ahead>> = self.found.iter().copied().map(Some).collect();
        for index in 0..found.len() {
            let needs = self.found[index].needs;
            if self.read[index] || needs.is_some_and(|it| found[it].is_none()) {
                found[index] = None;
            }
        }
        // Those that are needed are before those that need them.
        let at = |index: usize| found[..index].iter().flatten().count();
        let moved = |it: Ahead| Ahead {
            needs: it.needs.map(at),
            ..it
        };
        found.iter().flatten().copied().map(moved).collect()
    }

    /// Whether it has made as many stores as it may.
    pub fn is_full(&self) -> bool {
        self.stores >= MOST
    }

    /// How many loads of shared memory were made.
    pub fn loads(&self) -> u64 {
        self.loads
    }

    /// A load of shared memory was made. Returns its view, as if it had read something newer than any store that
    /// is visible now.
    pub fn loaded(&mut self, addr: u64, len: usize) -> View {
        self.loads += 1;
        self.before.push((self.stores, self.private));
        let view = View::at(LATER + self.loads);
        for granule in granules(addr, len) {
            let kept = self.loaded.entry(granule).or_default();
            *kept = kept.join(view);
        }
        view
    }

    /// A load was made of bytes that the thread has stored since, all of them pending. It reads the same whatever
    /// others do, as long as these stores are not promised: they stay pending.
    pub fn loaded_own(&mut self, addr: u64, len: usize) {
        for granule in granules(addr, len) {
            if let Some(Some(index)) = self.stored.get(&granule) {
                self.read[*index] = true;
            }
        }
    }

    /// A store, or the write of an atomic, was made.
    pub fn stored(&mut self, addr: u64, len: usize) {
        self.stores += 1;
        for granule in granules(addr, len) {
            self.stored.insert(granule, None);
        }
    }

    /// A store was made to memory that no other thread uses.
    pub fn stored_privately(&mut self) {
        self.stores += 1;
        self.private += 1;
    }

    /// Later stores are ordered after all stores so far.
    pub fn fenced(&mut self) {
        self.ordered |= self.stores > 0;
    }

    /// No later store may be early.
    pub fn ends(&mut self) {
        self.ordered = true;
    }

    /// The thread makes this store, which is ordered after `view`.
    pub fn makes(&mut self, store: &Store<'_>, view: View) {
        let found = self.finds(store, view);
        self.stored(store.addr, store.bytes.len());
        if let Some(found) = found {
            for granule in granules(store.addr, store.bytes.len()) {
                self.stored.insert(granule, Some(self.found.len()));
            }
            self.found.push(found);
            self.read.push(false);
        }
    }

    /// The store, if it may be early.
    fn finds(&self, store: &Store<'_>, view: View) -> Option<Ahead> {
        let size = store.bytes.len();
        let loaded = granules(store.addr, size).filter_map(|it| self.loaded.get(&it).copied());
        let view = view.join(loaded.collect());
        if self.ordered || store.release && self.stores > 0 || view == View::ALL || self.is_full() {
            return None;
        }
        let mut earlier = granules(store.addr, size).filter_map(|it| self.stored.get(&it));
        let needs = match earlier.next() {
            None => None,
            // CoWW: it is promised after that one.
            Some(Some(index)) if earlier.all(|it| *it == Some(*index)) => Some(*index),
            Some(_) => return None,
        };
        // Of what the thread did before it looked ahead, the view is that of some write.
        let after = view.beyond_timestamp(LATER);
        let after = after.max(needs.map_or(0, |it| self.found[it].after));
        let mut found = Ahead {
            store: EarlyStore::new(store.addr, store.bytes, Before::default())?,
            after,
            overtakes: self.loads - after,
            needs,
            stores: self.stores,
            private: self.private,
        };
        found.store = self.at(&found, after)?;
        Some(found)
    }

    /// The store as it is promised after so many loads. None if the thread makes it before.
    fn at(&self, ahead: &Ahead, after: u64) -> Option<EarlyStore> {
        let last = after.checked_sub(1).map(|last| last as usize);
        let (stores, private) = last.map_or((0, 0), |last| self.before[last]);
        let privately = ahead.private.checked_sub(private)?;
        let before = Before {
            others: ahead.stores.checked_sub(stores)?.checked_sub(privately)?,
            privately,
            behind: self.behind,
        };
        Some(EarlyStore {
            before,
            ..ahead.store
        })
    }

    /// Some of `found`, by index, and those that they need, as they are promised at one place: after the loads
    /// that the last of them needs. None if the thread makes one of them before.
    pub fn together(&self, found: &[Ahead], wanted: &[usize]) -> Option<(u64, Vec<EarlyStore>)> {
        let mut all = vec![false; found.len()];
        for index in wanted {
            let mut next = Some(*index);
            while let Some(index) = next {
                all[index] = true;
                next = found[index].needs;
            }
        }
        let some = || found.iter().zip(&all).filter(|it| *it.1).map(|it| it.0);
        let after = some().map(|it| it.after).max()?;
        let stores: Option<Vec<EarlyStore>> = some().map(|it| self.at(it, after)).collect();
        Some((after, stores?))
    }
}
