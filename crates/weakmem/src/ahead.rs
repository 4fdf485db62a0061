//! What a thread will store, as far as that does not depend on what it will load.

use crate::access::Store;
use crate::guards::{self, Guards};
use crate::image::granules;
use crate::promise::{Before, EarlyStore};
use crate::stale::Stale;
use crate::step::Kind;
use crate::view::View;
use rustc_hash::{FxHashMap, FxHashSet};

/// The number of stores that a thread makes ahead at most. All of them stay pending while it has promises.
const MOST: u64 = 40;

/// A store that the thread makes later, the same whatever other threads do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// The store, as it is promised at the first place where it may be.
    pub store: EarlyStore,
    /// That place: once the thread has made so many loads of shared memory from where it started to look ahead;
    /// 0: there.
    pub after: u64,
    /// The loads of shared memory after that place which it does not depend on, a bit each: promised at a
    /// place before one of them, it overtakes that.
    pub overtakes: u64,
    /// The store of this index is to the same memory, and must be promised before it, at the same place.
    pub needs: Option<usize>,
    /// The loads that it depends on, a bit each.
    on: u64,
    /// The last place where it may be promised.
    last: u64,
    /// Stores that the thread has made before it since it looks ahead, and how many of them were to its own memory.
    stores: u64,
    private: u64,
    /// [`Before::behind`].
    behind: u64,
}

/// A load of shared memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Loaded {
    addr: u64,
    len: usize,
    /// What it reads can be kept as it is.
    guardable: bool,
    /// How many stores came before it, and how many of them were to memory that no other thread uses.
    stores: u64,
    private: u64,
}

/// What a thread that looks ahead has done since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LookAhead {
    /// Later stores become visible after those up to this number.
    behind: u64,
    /// Loads of shared memory, but for those that read the thread's own pending stores.
    loads: Vec<Loaded>,
    /// Later stores are promised after so many of them.
    first: u64,
    /// Stores to memory that no other thread uses.
    private: u64,
    /// Stores that it has made, these too.
    stores: u64,
    /// All its later stores are ordered after one of those.
    ordered: bool,
    /// What the loads of each granule are ordered after.
    loaded: FxHashMap<u64, View>,
    /// The last store to each granule, if that may be early: an index of `found`.
    stored: FxHashMap<u64, Option<usize>>,
    /// Granules in which the thread reads something stale.
    unseen: FxHashSet<u64>,
    /// What the next load reads was written since the thread looks ahead.
    pub written_since: bool,
    /// The load of a load-reserved whose store-conditional is to come.
    reserved: Option<usize>,
    found: Vec<Ahead>,
    /// Those of `found` that must not be promised: the thread has read them while they were pending.
    read: Vec<bool>,
}

impl LookAhead {
    /// From here, where the thread has made so many stores, and has not seen these writes.
    pub fn new(behind: u64, stale: &Stale) -> Self {
        Self {
            behind,
            unseen: stale.granules(View::NONE).map(|it| it.0).collect(),
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

    /// Whether it has made as many stores or loads as it may.
    pub fn is_full(&self) -> bool {
        self.stores >= MOST || self.loads() >= View::LOADS
    }

    /// How many loads of shared memory were made.
    pub fn loads(&self) -> u64 {
        self.loads.len() as u64
    }

    /// A load of shared memory was made, which is ordered after `view`. Returns the view of it.
    pub fn loaded(&mut self, addr: u64, len: usize, view: View) -> View {
        let unseen = guards::around(addr, len).any(|it| self.unseen.contains(&it));
        let stored = granules(addr, len).any(|it| self.stored.contains_key(&it));
        let written = std::mem::take(&mut self.written_since);
        let own = self.note(addr, len, !unseen && !stored && !written);
        for granule in granules(addr, len) {
            let kept = self.loaded.entry(granule).or_default();
            *kept = kept.join(view).join(own);
        }
        own
    }

    /// A load was made of memory that everybody writes directly.
    pub fn loaded_what_others_write(&mut self) -> View {
        self.note(0, 0, false)
    }

    fn note(&mut self, addr: u64, len: usize, guardable: bool) -> View {
        let own = View::of_load(self.loads());
        self.loads.push(Loaded {
            addr,
            len,
            guardable,
            stores: self.stores,
            private: self.private,
        });
        own
    }

    /// The last load was a load-reserved's.
    pub fn reserved(&mut self) {
        self.reserved = self.loads.len().checked_sub(1);
    }

    /// A load was made of bytes that the thread has stored since, all of them pending. It reads the same whatever
    /// others do, as long as these stores are not promised: they stay pending.
    pub fn loaded_own(&mut self, addr: u64, len: usize) {
        self.written_since = false;
        for granule in granules(addr, len) {
            if let Some(Some(index)) = self.stored.get(&granule) {
                self.read[*index] = true;
            }
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

    /// An atomic was made, whose read depends on what others do, as does whether it writes. What comes after it
    /// may be promised once it is done, when the stores up to this number are visible.
    pub fn starts_again(&mut self, behind: u64) {
        self.note(0, 0, false);
        self.first = self.loads();
        self.behind = behind;
        self.stored.clear();
        self.ordered = false;
    }

    /// The thread makes this store, which is ordered after `view`.
    pub fn makes(&mut self, store: &Store<'_>, view: View, atomic: bool) {
        let found = if atomic {
            self.finds_atomic(store, view)
        } else {
            self.finds(store, view, Kind::Plain, self.loads())
        };
        self.stores += 1;
        for granule in granules(store.addr, store.bytes.len()) {
            let index = found.map(|_| self.found.len());
            self.stored.insert(granule, index);
        }
        if let Some(found) = found {
            self.found.push(found);
            self.read.push(false);
        }
    }

    /// The write of an atomic, if it may be early. Its read, which was the last load, is early with it.
    fn finds_atomic(&mut self, store: &Store<'_>, view: View) -> Option<Ahead> {
        let size = store.bytes.len();
        if granules(store.addr, size).any(|it| self.stored.contains_key(&it)) {
            return None;
        }
        let here = |it: &Loaded| (it.addr, it.len) == (store.addr, size);
        let read = self.loads.iter().rposition(here)?;
        let kind = match self.reserved.take() {
            Some(reserved) if reserved == read => Kind::StoreConditional,
            Some(_) => return None,
            None if read + 1 == self.loads.len() => Kind::Atomic,
            None => return None,
        };
        // What it reads, it must read where it is promised. (And a load-reserved that reads something stale
        // has lost its reservation.)
        let steady = self.loads[read].guardable;
        steady.then(|| self.finds(store, view, kind, read as u64))?
    }

    /// The store, if it may be early. `last`: the last place where it may be promised.
    fn finds(&self, store: &Store<'_>, view: View, kind: Kind, last: u64) -> Option<Ahead> {
        let size = store.bytes.len();
        let loaded = granules(store.addr, size).filter_map(|it| self.loaded.get(&it).copied());
        let on = view.join(loaded.collect()).loads()?;
        if self.ordered || store.release && self.stores > 0 || self.is_full() {
            return None;
        }
        let mut earlier = granules(store.addr, size).filter_map(|it| self.stored.get(&it));
        let needs = match earlier.next() {
            None => None,
            // CoWW: it is promised after that one.
            Some(Some(index)) if earlier.all(|it| *it == Some(*index)) => Some(*index),
            Some(_) => return None,
        };
        let mut found = Ahead {
            store: EarlyStore {
                kind,
                ..EarlyStore::new(store.addr, store.bytes, Before::default())?
            },
            after: 0,
            overtakes: 0,
            needs,
            on,
            last,
            stores: self.stores,
            private: self.private,
            behind: self.behind,
        };
        let first = self.first.max(needs.map_or(0, |it| self.found[it].after));
        let at = |place| Some((place, self.at(&found, place)?));
        (found.after, found.store) = (first..=last).find_map(at)?;
        let free = |index: &u64| on >> index & 1 == 0 && self.loads[*index as usize].len > 0;
        let free = (found.after..self.loads()).filter(free);
        found.overtakes = free.fold(0, |all, index| all | 1 << index);
        Some(found)
    }

    /// The store as it is promised after so many loads. None if it cannot be.
    fn at(&self, ahead: &Ahead, place: u64) -> Option<EarlyStore> {
        if place > ahead.last {
            return None;
        }
        let before = place.checked_sub(1).map(|last| self.loads[last as usize]);
        let (stores, private) = before.map_or((0, 0), |it| (it.stores, it.private));
        let privately = ahead.private.checked_sub(private)?;
        let store = ahead.store;
        let own = |granule| granules(store.addr, store.bytes().len()).any(|it| it == granule);
        let mut guards = Guards::NONE;
        let known = self.loads().min(View::LOADS);
        for index in (place..known).filter(|it| ahead.on >> it & 1 != 0) {
            let load = self.loads[index as usize];
            if !load.guardable {
                return None;
            }
            // Of its own promised store the thread reads what was there before.
            if !granules(load.addr, load.len).all(own) {
                guards = guards.with(load.addr, load.len)?;
            }
        }
        let before = Before {
            others: ahead.stores.checked_sub(stores)?.checked_sub(privately)?,
            privately,
            behind: ahead.behind,
        };
        Some(EarlyStore {
            before,
            guards,
            ..store
        })
    }

    /// Some of `found`, by index, and those that they need, as they are promised at one place: after so many
    /// loads. None if one of them cannot be promised there.
    pub fn together(
        &self,
        found: &[Ahead],
        wanted: &[usize],
        place: u64,
    ) -> Option<Vec<EarlyStore>> {
        let mut all = vec![false; found.len()];
        for index in wanted {
            let mut next = Some(*index);
            while let Some(index) = next {
                all[index] = true;
                next = found[index].needs;
            }
        }
        let some = || found.iter().zip(&all).filter(|it| *it.1).map(|it| it.0);
        if some().any(|it| it.after > place) {
            return None;
        }
        some().map(|it| self.at(it, place)).collect()
    }
}
