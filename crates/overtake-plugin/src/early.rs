//! Pages that are shared from their first access on.
//!
//! A page is shared once two threads have touched it. What its first thread stored before that
//! counts as committed, so the first race on each page would never be seen. In one seed of
//! [`SHARE`], pages are shared at once when a thread touches them that no thread was seen to touch.
//! This is slower, so a page becomes its thread's own page after enough accesses by that thread
//! alone, and only so many pages are shared early.

use rustc_hash::FxHashMap as HashMap;
use weakmem::ThreadId;

/// One seed in this many shares pages early: those that it divides.
const SHARE: u64 = 4;
/// The number of pages in a run that may be shared early.
const MOST: u32 = 256;
/// The number of accesses by one thread alone after which a page becomes its own.
const UNSHARE_AFTER: u32 = 64;

/// The pages that are shared early, while one thread alone has touched them.
#[derive(Debug, Default)]
pub struct Early {
    /// The number of pages that may still be shared early.
    left: u32,
    /// By page number: the thread that touched it, and how often.
    alone: HashMap<u64, (ThreadId, u32)>,
}

impl Early {
    /// Creates the state of a run with this seed.
    pub fn of_seed(seed: u64) -> Self {
        let left = if seed.is_multiple_of(SHARE) { MOST } else { 0 };
        Self {
            left,
            alone: HashMap::default(),
        }
    }

    /// Whether the next page that is touched first is shared early.
    pub fn may_share(&self) -> bool {
        self.left > 0
    }

    /// Notes that a page is shared because `thread` has touched it first.
    pub fn shared(&mut self, page: u64, thread: ThreadId) {
        self.left -= 1;
        self.alone.insert(page, (thread, 0));
    }

    /// Whether only one thread has touched this page since it was shared early.
    pub fn is_alone(&self, page: u64) -> bool {
        self.alone.contains_key(&page)
    }

    /// Forgets a page: it is no longer shared, or another thread has touched it.
    pub fn forget(&mut self, page: u64) {
        self.alone.remove(&page);
    }

    /// Counts an access to a shared page. Returns whether the page may become the thread's own.
    #[inline]
    pub fn touched(&mut self, page: u64, thread: ThreadId) -> bool {
        if self.alone.is_empty() {
            return false;
        }
        let Some((owner, times)) = self.alone.get_mut(&page) else {
            return false;
        };
        if *owner != thread {
            self.alone.remove(&page);
            return false;
        }
        *times += 1;
        *times >= UNSHARE_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_becomes_its_threads_own_unless_another_thread_touches_it() {
        let mut early = Early::of_seed(SHARE);
        assert!(early.may_share() && !Early::of_seed(SHARE + 1).may_share());
        early.shared(5, 1);
        early.shared(6, 1);
        let touch = |early: &mut Early, page, thread, times: u32| {
            (0..times).any(|_| early.touched(page, thread))
        };
        assert!(!touch(&mut early, 5, 1, UNSHARE_AFTER - 1));
        assert!(touch(&mut early, 5, 1, 1));
        assert!(!touch(&mut early, 6, 2, 1) && !early.is_alone(6));
        assert!(!touch(&mut early, 6, 1, 1000), "two threads share it");
    }

    #[test]
    fn only_so_many_pages_are_shared_early() {
        let mut early = Early::of_seed(0);
        (0..MOST.into()).for_each(|page| early.shared(page, 1));
        assert!(!early.may_share());
    }
}
