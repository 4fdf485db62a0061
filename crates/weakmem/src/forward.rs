//! The views of loads that read the thread's own stores.
//!
//! A load that reads its own thread's store is ordered after what that store's address and data
//! depend on, not after the moment at which the store became visible to the others (Armv8 "dob":
//! `(addr | data); rfi`; RVWMO rule 12; Power `ii0`). This is also how a dependency is followed
//! through a value that is spilled to the stack.

use crate::access::Store;
use crate::image::{GRANULE, granules, page_of};
use crate::view::{Timestamp, View};
use rustc_hash::FxHashMap as HashMap;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Kept {
    /// When the thread's last store to it became visible.
    written: Timestamp,
    /// What that store's address and data depend on.
    view: View,
    /// It was the write of an atomic.
    atomic: bool,
    /// What the thread's own loads of it are ordered after.
    read: View,
}

/// The granules that a thread stored to, while some write is unseen by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Forwards {
    granules: HashMap<u64, Kept>,
    /// Pages that only the thread used until all of them counted as written at that time.
    pages: Vec<(u64, Timestamp)>,
}

impl Forwards {
    pub fn clear(&mut self) {
        self.pages.clear();
        /// Emptying takes time by how much there is room for.
        const ROOM: usize = 1024;
        if self.granules.capacity() > ROOM {
            self.granules = HashMap::default();
        } else if !self.granules.is_empty() {
            self.granules.clear();
        }
    }

    /// The thread's store became visible at `written`; 0: it is seen by nobody else. `before` says
    /// when a granule was written before that.
    ///
    /// A granule that is stored to in part is made of both stores, and has the views of both.
    pub fn stored(
        &mut self,
        store: &Store<'_>,
        written: Timestamp,
        atomic: bool,
        before: impl Fn(u64) -> Timestamp,
    ) {
        let end = store.addr + store.bytes.len() as u64;
        for start in granules(store.addr, store.bytes.len()) {
            let in_part = start < store.addr || start + GRANULE as u64 > end;
            let kept = self.granules.entry(start).or_default();
            let mut view = store.address.join(store.data);
            let mut atomic = atomic;
            if in_part {
                let before = before(start);
                if kept.written == before {
                    view = view.join(kept.view);
                    atomic |= kept.atomic;
                } else {
                    view = view.join(View::at(before));
                }
            }
            (kept.written, kept.view, kept.atomic) = (written, view, atomic);
        }
    }

    /// The page that starts there is no longer the thread's own, and all of it counts as written at `written`.
    pub fn shared(&mut self, page: u64, written: Timestamp) {
        self.pages.push((page, written));
    }

    /// Whether nothing that is kept is about these bytes.
    pub fn is_free_of(&self, addr: u64, len: usize) -> bool {
        self.granules.is_empty() || granules(addr, len).all(|it| !self.granules.contains_key(&it))
    }

    /// The thread loaded from there.
    pub fn loaded(&mut self, addr: u64, len: usize, view: View) {
        for granule in granules(addr, len) {
            let read = &mut self.granules.entry(granule).or_default().read;
            *read = read.join(view);
        }
    }

    /// What the thread's loads from there are ordered after.
    pub fn reads(&self, addr: u64, len: usize) -> View {
        granules(addr, len)
            .filter_map(|granule| self.granules.get(&granule))
            .map(|kept| kept.read)
            .collect()
    }

    /// What the address and data of the thread's last stores to there depend on.
    pub fn stores(&self, addr: u64, len: usize) -> View {
        granules(addr, len)
            .filter_map(|granule| self.granules.get(&granule))
            .map(|kept| kept.view)
            .collect()
    }

    /// The view of a load of this granule that reads what was written at `written`, if that is the
    /// thread's own store. `atomics`: an atomic's write is forwarded too.
    pub fn of(&self, granule: u64, written: Timestamp, atomics: bool) -> Option<View> {
        if !self.pages.is_empty() {
            let page = page_of(granule);
            if self.pages.contains(&(page, written)) {
                let kept = self.granules.get(&granule).filter(|it| it.written == 0);
                return Some(kept.map_or(View::NONE, |it| it.view));
            }
        }
        let kept = self.granules.get(&granule)?;
        (kept.written == written && (atomics || !kept.atomic)).then_some(kept.view)
    }
}
