//! The threads that own the pages of stacks.
//!
//! A thread's creator writes the end of the new stack, and a thread that joins it reads there. So
//! that page is shared, although its thread makes nearly all accesses to it. After enough accesses
//! by that thread alone, the page becomes its own page again, until another thread touches it. This
//! holds only for stacks: on other pages the next race would be missed, like the first race on each
//! page.

use crate::early::Early;
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;
use weakmem::ThreadId;

/// The number of accesses in a row by its own thread after which a page becomes its own again.
const UNSHARE_AFTER: u32 = 64;

/// The memory that was mapped for stacks (`MAP_STACK`).
#[derive(Debug, Default)]
pub struct Stacks {
    /// The page numbers of each stack, and the newest thread that runs on it.
    areas: Vec<(Range<u64>, Option<ThreadId>)>,
    /// For each shared page of a stack: the number of accesses in a row by its own thread.
    alone: HashMap<u64, u32>,
    /// The pages that are shared from their first access on. None is in a stack.
    pub early: Early,
}

impl Stacks {
    /// Notes that these pages were mapped, for a stack or not.
    ///
    /// Later changes of protection do not matter, and unmapped pages are not touched until they are
    /// mapped again.
    pub fn map(&mut self, pages: Range<u64>, for_stack: bool) {
        self.areas
            .retain(|(area, _)| area.end <= pages.start || pages.end <= area.start);
        self.alone.retain(|page, _| !pages.contains(page));
        if for_stack {
            self.areas.push((pages, None));
        }
    }

    /// Assigns the stack that holds the page `end`, its last one, to a new thread.
    pub fn assign(&mut self, end: u64, thread: ThreadId) {
        let area = self
            .areas
            .iter_mut()
            .find(|(pages, _)| pages.contains(&end));
        if let Some((_, owner)) = area {
            *owner = Some(thread);
        }
    }

    /// Whether the page is in a stack.
    pub fn contains(&self, page: u64) -> bool {
        self.areas.iter().any(|(pages, _)| pages.contains(&page))
    }

    /// Counts an access to a shared page. Returns whether the page becomes the thread's own page
    /// again.
    #[inline]
    pub fn touched(&mut self, page: u64, thread: ThreadId) -> bool {
        if self.early.touched(page, thread) {
            return true;
        }
        let area = self.areas.iter().find(|(pages, _)| pages.contains(&page));
        let Some((_, Some(owner))) = area else {
            return false;
        };
        let alone = self.alone.entry(page).or_default();
        *alone = if *owner == thread { *alone + 1 } else { 0 };
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
}
