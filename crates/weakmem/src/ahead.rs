//! What a thread will store, as far as that does not depend on what it will load.

use crate::access::Store;
use crate::image::granules;
use crate::promise::Promise;
use crate::step::Kind;
use crate::view::View;
use rustc_hash::FxHashMap;

/// The views of loads that the thread makes while it looks ahead: later than any write.
const LATER: u64 = 1 << 62;

/// A store that the thread makes later, with the same number, address and bytes whatever other threads do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// Which of the thread's stores it is.
    pub number: u64,
    /// Where.
    pub addr: u64,
    /// What.
    pub bytes: Vec<u8>,
    /// It may be promised once the thread has made so many loads of shared memory from where it started to
    /// look ahead; 0: it depends on none, and may be promised there.
    pub after: u64,
}

impl Ahead {
    /// The promise of it.
    #[must_use]
    pub fn promise(&self) -> Promise<'_> {
        Promise {
            number: self.number,
            addr: self.addr,
            bytes: &self.bytes,
            kind: Kind::Plain,
        }
    }
}

/// What a thread that looks ahead has done since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LookAhead {
    /// Loads of shared memory.
    loads: u64,
    /// It had pending stores at the start, or has made one since.
    stores: bool,
    /// All its later stores are ordered after one of those.
    ordered: bool,
    /// The view of the last load of each granule; where it has stored, all that can be.
    granules: FxHashMap<u64, View>,
    found: Vec<Ahead>,
}

impl LookAhead {
    /// From here, with pending stores to these bytes.
    pub fn new(pending: impl Iterator<Item = (u64, usize)>) -> Self {
        let mut new = Self::default();
        for (addr, len) in pending {
            new.stored(addr, len);
        }
        new
    }

    pub fn found(&self) -> &[Ahead] {
        &self.found
    }

    /// A load of shared memory was made. Returns its view, as if it had read something newer than any store that
    /// is visible now.
    pub fn loaded(&mut self, addr: u64, len: usize) -> View {
        self.loads += 1;
        let view = View::at(LATER + self.loads);
        for granule in granules(addr, len) {
            let kept = self.granules.entry(granule).or_default();
            *kept = kept.join(view);
        }
        view
    }

    /// A store, or the write of an atomic, was made.
    pub fn stored(&mut self, addr: u64, len: usize) {
        self.stores = true;
        for granule in granules(addr, len) {
            self.granules.insert(granule, View::ALL);
        }
    }

    /// A store was made to memory that no other thread uses.
    pub fn stored_privately(&mut self) {
        self.stores = true;
    }

    /// Later stores are ordered after all stores so far.
    pub fn fenced(&mut self) {
        self.ordered |= self.stores;
    }

    /// No later store may be early.
    pub fn ends(&mut self) {
        self.ordered = true;
    }

    /// The thread makes this store next, which is ordered after `view`.
    pub fn note(&mut self, number: u64, store: &Store<'_>, view: View) {
        let here = granules(store.addr, store.bytes.len());
        let here = here.filter_map(|granule| self.granules.get(&granule).copied());
        let view = view.join(here.collect());
        if self.ordered || store.release && self.stores || view == View::ALL {
            return;
        }
        // Of what the thread did before it looked ahead, the view is that of some write.
        let after = view.beyond_timestamp(LATER);
        self.found.push(Ahead {
            number,
            addr: store.addr,
            bytes: store.bytes.to_vec(),
            after,
        });
    }
}
