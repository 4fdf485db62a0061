//! Whose stack a page is.
//!
//! Who creates a thread writes the end of its stack, and who joins it reads there: so that page,
//! on which the thread also works, is shared, although nearly all accesses to it are the thread's.
//! Where a thread was alone on such a page for long enough, the page becomes its own again, until
//! another one touches it. Only stacks are given back: elsewhere the first race after it would be
//! lost, as it is when a page is touched for the first time.

use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;
use weakmem::ThreadId;

/// Accesses in a row by its own thread after which a page is given back.
const UNSHARE_AFTER: u32 = 64;

/// The memory that was mapped for stacks (`MAP_STACK`).
#[derive(Debug, Default)]
pub struct Stacks {
    /// Page numbers, and the thread that was created last with its stack there.
    areas: Vec<(Range<u64>, Option<ThreadId>)>,
    /// Of a shared page of a stack: the accesses in a row by its own thread.
    alone: HashMap<u64, u32>,
}

impl Stacks {
    /// These pages were mapped, for a stack or not. (They may be protected and given up as its user
    /// likes; what was unmapped is not touched until it is mapped again.)
    pub fn map(&mut self, pages: Range<u64>, for_stack: bool) {
        self.areas
            .retain(|(area, _)| area.end <= pages.start || pages.end <= area.start);
        self.alone.retain(|page, _| !pages.contains(page));
        if for_stack {
            self.areas.push((pages, None));
        }
    }

    /// A thread was created whose stack begins below the page `end`, or in it.
    pub fn assign(&mut self, end: u64, thread: ThreadId) {
        let area = self
            .areas
            .iter_mut()
            .find(|(pages, _)| pages.contains(&end));
        if let Some((_, owner)) = area {
            *owner = Some(thread);
        }
    }

    /// A thread has accessed a shared page. Returns whether it is to be given back to the thread.
    #[inline]
    pub fn touched(&mut self, page: u64, thread: ThreadId) -> bool {
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
    fn a_page_is_given_back_to_whose_stack_it_is_after_enough_accesses_in_a_row() {
        let mut stacks = Stacks::default();
        stacks.map(10..20, true);
        let mut touch = |times: u32, thread| (0..times).any(|_| stacks.touched(19, thread));
        assert!(!touch(1000, 1), "nobody's yet");
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
