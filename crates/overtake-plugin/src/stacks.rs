//! The threads that own the pages of stacks.
//!
//! A thread's creator writes the end of the new stack, and a thread that joins it reads there. So
//! that page is shared, although its thread makes nearly all accesses to it. After enough accesses
//! by that thread alone, the page becomes its own page again, until another thread touches it. This
//! holds only for stacks: on other pages the next race would be missed, like the first race on each
//! page.

use crate::early::Early;
use rustc_hash::FxHashMap as HashMap;
use std::collections::BTreeMap;
use std::ops::Range;
use weakmem::ThreadId;

/// The number of accesses in a row by its own thread after which a page becomes its own again.
const UNSHARE_AFTER: u32 = 64;

/// The memory that was mapped for stacks (`MAP_STACK`).
#[derive(Debug, Default)]
pub struct Stacks {
    /// Each stack by its first page.
    areas: BTreeMap<u64, Area>,
    /// The threads of the stacks that pages are in, by page: a direct-mapped cache.
    threads: Threads,
    /// For each shared page of a stack: the number of accesses in a row by its own thread.
    alone: HashMap<u64, u32>,
    /// The pages that are shared from their first access on. None is in a stack.
    pub early: Early,
}

/// Which thread's stack a page is in, if in one.
#[derive(Debug)]
struct Threads(Box<[(u64, Option<ThreadId>); CACHED]>);

/// The number of pages in the cache.
const CACHED: usize = 64;

impl Default for Threads {
    fn default() -> Self {
        Self(Box::new([(u64::MAX, None); CACHED]))
    }
}

impl Threads {
    #[inline]
    fn slot(&mut self, page: u64) -> &mut (u64, Option<ThreadId>) {
        &mut self.0[page as usize % CACHED]
    }
}

/// The memory of one stack.
#[derive(Debug)]
struct Area {
    /// The page after its last one.
    end: u64,
    /// The newest thread that runs on it.
    thread: Option<ThreadId>,
}

impl Stacks {
    /// Notes that these pages were mapped, for a stack or not.
    ///
    /// Later changes of protection do not matter, and unmapped pages are not touched until they are
    /// mapped again.
    pub fn map(&mut self, pages: Range<u64>, for_stack: bool) {
        self.threads = Threads::default();
        // No two areas overlap, so those that overlap the range are next to each other.
        let before = |(_, area): &(&u64, &Area)| area.end > pages.start;
        let overlapping = self.areas.range(..pages.end).rev().take_while(before);
        for start in overlapping.map(|(start, _)| *start).collect::<Vec<_>>() {
            self.areas.remove(&start);
        }
        self.alone.retain(|page, _| !pages.contains(page));
        if for_stack {
            let (end, thread) = (pages.end, None);
            self.areas.insert(pages.start, Area { end, thread });
        }
    }

    /// Assigns the stack that holds the page `end`, its last one, to a new thread.
    pub fn assign(&mut self, end: u64, thread: ThreadId) {
        self.threads = Threads::default();
        let area = self.areas.range_mut(..=end).next_back();
        if let Some((_, area)) = area.filter(|(_, area)| end < area.end) {
            area.thread = Some(thread);
        }
    }

    /// Whether the page is in a stack.
    pub fn contains(&self, page: u64) -> bool {
        self.area(page).is_some()
    }

    fn area(&self, page: u64) -> Option<&Area> {
        let (_, area) = self.areas.range(..=page).next_back()?;
        (page < area.end).then_some(area)
    }

    /// Returns the thread whose stack the page is in, if in one.
    #[inline]
    fn thread_of(&mut self, page: u64) -> Option<ThreadId> {
        let (known, thread) = *self.threads.slot(page);
        if known == page {
            return thread;
        }
        let thread = self.area(page).and_then(|area| area.thread);
        *self.threads.slot(page) = (page, thread);
        thread
    }

    /// Counts an access to a shared page. Returns whether the page becomes the thread's own page
    /// again.
    #[inline]
    pub fn touched(&mut self, page: u64, thread: ThreadId) -> bool {
        if self.early.touched(page, thread) {
            return true;
        }
        let Some(owner) = self.thread_of(page) else {
            return false;
        };
        let alone = self.alone.entry(page).or_default();
        *alone = if owner == thread { *alone + 1 } else { 0 };
        let enough = *alone >= UNSHARE_AFTER;
        if enough {
            self.alone.remove(&page);
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_page_becomes_its_own_threads_page_after_enough_accesses_in_a_row() {
        let mut stacks = Stacks::default();
        stacks.map(10..20, true);
        let mut touch = |times: u32, thread| (0..times).any(|_| stacks.touched(19, thread));
        assert!(!touch(1000, 1), "no thread runs on it yet");
        stacks.assign(19, 1);
        let mut touch = |times: u32, thread| (0..times).any(|_| stacks.touched(19, thread));
        assert!(!touch(UNSHARE_AFTER - 1, 1));
        assert!(!touch(1000, 2), "another's");
        assert!(!touch(UNSHARE_AFTER - 1, 1));
        assert!(touch(1, 1));
        assert!((0..1000).all(|_| !stacks.touched(20, 1)), "no stack");
        stacks.map(15..16, false);
        assert!((0..1000).all(|_| !stacks.touched(19, 1)), "no longer one");
    }

    #[test]
    fn a_mapping_replaces_the_stacks_that_it_overlaps() {
        let mut stacks = Stacks::default();
        for start in [10, 20, 30, 40] {
            stacks.map(start..start + 10, true);
        }
        stacks.map(29..31, true);
        let is_in = [10, 19, 20, 28, 29, 30, 31, 39, 40, 49, 50].map(|page| stacks.contains(page));
        let expected = [
            true, true, false, false, true, true, false, false, true, true, false,
        ];
        assert_eq!(is_in, expected);
    }
}
