//! The owner of each page: the one thread that touched it, or several threads that share it.

use rangemap::RangeSet;
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;
use weakmem::ThreadId;

/// The owner of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// No thread has touched the page.
    Nobody,
    /// One thread has touched the page.
    Thread(ThreadId),
    /// Several threads have touched the page: its accesses go through the model.
    Shared,
    /// The page is mapped `MAP_SHARED`. It may be mapped at other addresses too, and other
    /// processes or the kernel may write it. So its accesses are visible at once, and never weak.
    Unmodelled,
}

/// The number of bits of an offset within a page.
pub const PAGE_BITS: u32 = weakmem::PAGE_SIZE.trailing_zeros();

/// Returns the number of the page that holds an address.
pub fn number(addr: u64) -> u64 {
    addr >> PAGE_BITS
}

const CACHE_SIZE: usize = 4096;

/// The owners of all pages that a guest thread has touched.
#[derive(Debug)]
pub struct Pages {
    owners: HashMap<u64, Owner>,
    /// The page numbers of unmodelled memory.
    unmodelled: RangeSet<u64>,
    /// The page numbers of memory that was mapped or changed after instrumentation had begun.
    fresh: RangeSet<u64>,
    /// A direct-mapped cache of (page number, owner).
    cache: Box<[(u64, Owner)]>,
}

impl Pages {
    /// Creates the state in which no page is touched.
    pub fn new() -> Self {
        Self {
            owners: HashMap::default(),
            unmodelled: RangeSet::new(),
            fresh: RangeSet::new(),
            cache: vec![(u64::MAX, Owner::Nobody); CACHE_SIZE].into_boxed_slice(),
        }
    }

    /// Returns the owner of the page.
    pub fn owner(&mut self, page: u64) -> Owner {
        let slot = &self.cache[page as usize % CACHE_SIZE];
        if slot.0 == page {
            return slot.1;
        }
        let owner = self.look_up(page);
        self.cache[page as usize % CACHE_SIZE] = (page, owner);
        owner
    }

    #[cold]
    fn look_up(&self, page: u64) -> Owner {
        match self.owners.get(&page) {
            Some(owner) => *owner,
            None if self.unmodelled.contains(&page) => Owner::Unmodelled,
            None => Owner::Nobody,
        }
    }

    /// Sets the owner of the page.
    pub fn set(&mut self, page: u64, owner: Owner) {
        self.owners.insert(page, owner);
        self.cache[page as usize % CACHE_SIZE] = (page, owner);
    }

    /// Forgets the pages from number `first` up to, but not including, `end`, because they are
    /// unmapped, or their protection or contents change. Returns those that had an owner, with it.
    pub fn forget(&mut self, first: u64, end: u64) -> Vec<(u64, Owner)> {
        let mut forgotten = Vec::new();
        // Most ranges are a few pages, and there may be many owners.
        if end.saturating_sub(first) <= self.owners.len() as u64 {
            for page in first..end {
                forgotten.extend(self.owners.remove(&page).map(|owner| (page, owner)));
            }
        } else {
            let range = |page: &u64, _: &mut Owner| (first..end).contains(page);
            forgotten.extend(self.owners.extract_if(range));
            forgotten.sort_unstable_by_key(|(page, _)| *page);
        }
        if first < end {
            self.unmodelled.remove(first..end);
        }
        self.set_fresh(first, end);
        self.clear_cache(first, end);
        forgotten
    }

    /// Makes the pages from number `first` up to, but not including, `end` unmodelled. The caller
    /// has forgotten them before.
    pub fn set_unmodelled(&mut self, first: u64, end: u64) {
        if first < end {
            self.unmodelled.insert(first..end);
        }
        self.clear_cache(first, end);
    }

    /// Marks the pages from number `first` up to, but not including, `end` as newly mapped.
    pub fn set_fresh(&mut self, first: u64, end: u64) {
        if first < end {
            self.fresh.insert(first..end);
        }
    }

    /// Whether the page was mapped after instrumentation had begun, so that every access to it was
    /// reported.
    pub fn is_fresh(&self, page: u64) -> bool {
        self.fresh.contains(&page)
    }

    /// Marks all present pages as mapped before instrumentation, when accesses were not reported.
    pub fn clear_fresh(&mut self) {
        self.fresh.clear();
    }

    /// Returns the page numbers of unmodelled memory.
    pub fn unmodelled(&self) -> impl Iterator<Item = &Range<u64>> {
        self.unmodelled.iter()
    }

    fn clear_cache(&mut self, first: u64, end: u64) {
        // So many pages that follow each other have all slots.
        let looks = end.saturating_sub(first).min(CACHE_SIZE as u64);
        for page in (first..end).take(looks as usize) {
            let slot = &mut self.cache[page as usize % CACHE_SIZE];
            if (first..end).contains(&slot.0) {
                *slot = (u64::MAX, Owner::Nobody);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_owned_shared_and_forgotten() {
        let mut pages = Pages::new();
        assert_eq!(pages.owner(5), Owner::Nobody);
        pages.set(5, Owner::Thread(1));
        pages.set(5 + CACHE_SIZE as u64, Owner::Shared);
        assert_eq!(pages.owner(5), Owner::Thread(1));
        assert_eq!(pages.owner(5 + CACHE_SIZE as u64), Owner::Shared);
        assert_eq!(pages.forget(5, 6), [(5, Owner::Thread(1))]);
        assert_eq!(pages.owner(5), Owner::Nobody);
        pages.set(6, Owner::Thread(2));
        let far = 5 + CACHE_SIZE as u64;
        let forgotten = pages.forget(6, u64::MAX);
        assert_eq!(forgotten, [(6, Owner::Thread(2)), (far, Owner::Shared)]);
        assert_eq!([6, far].map(|it| pages.owner(it)), [Owner::Nobody; 2]);
    }

    #[test]
    fn unmodelled_ranges_are_cut() {
        let mut pages = Pages::new();
        pages.set_unmodelled(10, 20);
        pages.forget(13, 15);
        let unmodelled: Vec<u64> = (8..22)
            .filter(|page| pages.owner(*page) == Owner::Unmodelled)
            .collect();
        assert_eq!(unmodelled, [10, 11, 12, 15, 16, 17, 18, 19]);
        assert!(!pages.is_fresh(12) && pages.is_fresh(13) && pages.is_fresh(14));
        pages.clear_fresh();
        assert!(!pages.is_fresh(13));
    }
}
