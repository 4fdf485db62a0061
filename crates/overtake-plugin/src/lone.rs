//! Shared pages that no longer need to be followed.
//!
//! A page that two threads have touched is shared. Many a shared page is not contended: one thread has
//! only handed it over (a buffer, a block of the heap), or all threads only read it (a table).
//!
//! - After enough accesses in a row by one thread, a page becomes its own page, until another thread
//!   touches it. If that happens soon, the page needs twice as many the next time. So a page that
//!   threads do share soon stays shared, and a buffer that they hand over does not.
//! - A page needs an eighth of them if one thread made enough in a row to all shared pages around it: a
//!   buffer of many pages, of which a sort visits now one and now another.
//! - After enough loads in a row, by any threads, a page is *quiet*, until a thread stores to it. Loads
//!   from quiet pages are not followed. That store is: what it overwrites is known.

use rustc_hash::FxHashMap as HashMap;
use weakmem::ThreadId;

/// The number of accesses in a row after which a page is given back the first time.
const GIVE_BACK_AFTER: u32 = 256;
/// A page needs this fraction of the accesses if its region has enough of them.
const IN_REGION: u32 = 8;
/// The number of pages in a region, aligned.
const REGION: u64 = 16;
/// A page was its thread's own for long if so many instructions were executed since then for each
/// access that it needed.
const LONG: u64 = 100;
/// The number of loads in a row after which a page is quiet. A loop that waits for a store is cut short
/// long before that.
const QUIET_AFTER: u32 = 256;

/// What may become of a shared page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays as it is.
    Stays,
    /// It may become the own page of the thread that has just made an access.
    GivenBack,
    /// It becomes that thread's own page: it waited for that for as long again.
    MustGoBack,
    /// It may become quiet.
    Quiet,
}

/// The number of loads after which a page that could not become quiet is tried again.
const TRY_AGAIN: u32 = 64;

/// The number of pages whose accesses are counted without a search, and of regions.
const RECENT: usize = 64;

/// Counts accesses to shared pages.
#[derive(Debug)]
pub struct Lone {
    /// A direct-mapped cache by page number.
    recent: Box<[(u64, Streak); RECENT]>,
    /// All other pages, by number.
    pages: HashMap<u64, Streak>,
    /// Regions by number; a region that is not here has no accesses in a row.
    regions: Box<[Region; RECENT]>,
}

/// The accesses in a row to the shared pages of a region.
#[derive(Debug, Clone, Copy)]
struct Region {
    number: u64,
    thread: ThreadId,
    accesses: u32,
}

impl Region {
    const NONE: Self = Self {
        number: u64::MAX,
        thread: 0,
        accesses: 0,
    };

    /// Counts an access.
    #[inline]
    fn touched(&mut self, number: u64, thread: ThreadId) {
        if (self.number, self.thread) != (number, thread) {
            *self = Self {
                number,
                thread,
                accesses: 0,
            };
        }
        self.accesses = self.accesses.saturating_add(1);
    }
}

/// The accesses in a row to a page.
#[derive(Debug, Clone, Copy)]
struct Streak {
    /// The thread that made the last ones.
    thread: ThreadId,
    /// How many it made in a row.
    accesses: u32,
    /// The number of them after which the page becomes the thread's own.
    enough: u32,
    /// The loads since the last store.
    loads: u32,
    /// When the page last became its thread's own, in instructions, if no access was counted since then.
    given_back: Option<u64>,
}

impl Streak {
    /// Of a page without accesses.
    const NONE: Self = Self {
        thread: 0,
        accesses: 0,
        enough: GIVE_BACK_AFTER,
        loads: 0,
        given_back: None,
    };
}

impl Default for Lone {
    fn default() -> Self {
        Self {
            recent: Box::new([(u64::MAX, Streak::NONE); RECENT]),
            pages: HashMap::default(),
            regions: Box::new([Region::NONE; RECENT]),
        }
    }
}

impl Lone {
    #[inline]
    fn of(&mut self, page: u64) -> &mut Streak {
        let index = page as usize % RECENT;
        if self.recent[index].0 != page {
            self.exchange(index, page);
        }
        &mut self.recent[index].1
    }

    #[cold]
    fn exchange(&mut self, index: usize, page: u64) {
        let streak = self.pages.remove(&page).unwrap_or(Streak::NONE);
        let (before, kept) = std::mem::replace(&mut self.recent[index], (page, streak));
        if before != u64::MAX {
            self.pages.insert(before, kept);
        }
    }

    /// Counts an access to a shared page. `now`: the number of instructions executed.
    #[inline]
    pub fn touched(&mut self, page: u64, thread: ThreadId, store: bool, now: u64) -> Fate {
        let number = page / REGION;
        let region = &mut self.regions[number as usize % RECENT];
        region.touched(number, thread);
        let around = region.accesses;
        let streak = self.of(page);
        if let Some(since) = streak.given_back.take() {
            streak.enough = if now - since >= LONG * u64::from(streak.enough) {
                GIVE_BACK_AFTER
            } else {
                streak.enough.saturating_mul(2)
            };
        }
        if streak.thread != thread {
            streak.thread = thread;
            streak.accesses = 0;
        }
        streak.accesses = streak.accesses.saturating_add(1);
        streak.loads = if store {
            0
        } else {
            streak.loads.saturating_add(1)
        };
        let alone = if streak.accesses >= streak.enough / IN_REGION {
            streak.accesses.max(around)
        } else {
            0
        };
        if alone >= streak.enough.saturating_mul(2) {
            Fate::MustGoBack
        } else if alone >= streak.enough {
            Fate::GivenBack
        } else if streak.loads >= QUIET_AFTER {
            streak.loads -= TRY_AGAIN;
            Fate::Quiet
        } else {
            Fate::Stays
        }
    }

    /// Notes that the page is its thread's own now.
    pub fn given_back(&mut self, page: u64, now: u64) {
        let streak = self.of(page);
        streak.accesses = 0;
        streak.given_back = Some(now);
    }

    /// Forgets a page that is unmapped.
    pub fn forget(&mut self, page: u64) {
        self.pages.remove(&page);
        let recent = &mut self.recent[page as usize % RECENT];
        if recent.0 == page {
            *recent = (u64::MAX, Streak::NONE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1000;

    fn touch(lone: &mut Lone, thread: ThreadId, store: bool, times: u32) -> Fate {
        let fates = (0..times).map(|_| lone.touched(5, thread, store, NOW));
        fates.last().expect("at least once")
    }

    #[test]
    fn a_page_goes_back_to_its_only_thread_later_each_time() {
        let lone = &mut Lone::default();
        assert_eq!(touch(lone, 1, true, GIVE_BACK_AFTER - 1), Fate::Stays);
        assert_eq!(touch(lone, 2, true, 1), Fate::Stays, "another thread");
        assert_eq!(touch(lone, 1, true, GIVE_BACK_AFTER - 1), Fate::Stays);
        assert_eq!(touch(lone, 1, true, 1), Fate::GivenBack);
        assert_eq!(touch(lone, 1, true, GIVE_BACK_AFTER), Fate::MustGoBack);
        lone.given_back(5, NOW);
        assert_eq!(touch(lone, 2, true, 2 * GIVE_BACK_AFTER - 1), Fate::Stays);
        assert_eq!(touch(lone, 2, true, 1), Fate::GivenBack);
        lone.forget(5);
        assert_eq!(touch(lone, 1, true, GIVE_BACK_AFTER), Fate::GivenBack);
    }

    #[test]
    fn a_page_that_was_its_threads_own_for_long_needs_no_more_than_at_first() {
        let lone = &mut Lone::default();
        let enough = 2 * GIVE_BACK_AFTER;
        assert_eq!(touch(lone, 1, true, GIVE_BACK_AFTER), Fate::GivenBack);
        lone.given_back(5, NOW);
        assert_eq!(touch(lone, 2, true, enough - 1), Fate::Stays);
        assert_eq!(touch(lone, 2, true, 1), Fate::GivenBack);
        lone.given_back(5, NOW);
        let later = NOW + LONG * u64::from(enough);
        assert_eq!(lone.touched(5, 1, true, later), Fate::Stays);
        assert_eq!(touch(lone, 1, true, GIVE_BACK_AFTER - 2), Fate::Stays);
        assert_eq!(touch(lone, 1, true, 1), Fate::GivenBack);
    }

    #[test]
    fn a_page_needs_fewer_accesses_where_one_thread_alone_uses_the_pages_around_it() {
        let lone = &mut Lone::default();
        let all = |lone: &mut Lone, thread| {
            let pages = 0..REGION;
            pages
                .map(|page| lone.touched(page, thread, true, NOW))
                .collect::<Vec<_>>()
        };
        let few = GIVE_BACK_AFTER / IN_REGION;
        for _ in 1..few {
            assert_eq!(all(lone, 1), [Fate::Stays; REGION as usize]);
        }
        assert_eq!(lone.touched(3, 2, true, NOW), Fate::Stays, "another thread");
        let enough = GIVE_BACK_AFTER / REGION as u32;
        for _ in 1..enough {
            assert_eq!(all(lone, 1), [Fate::Stays; REGION as usize]);
        }
        let fates = all(lone, 1);
        assert_eq!(fates[REGION as usize - 1], Fate::GivenBack);
        assert_eq!(fates[3], Fate::Stays, "too few of its own");
        assert_eq!(lone.touched(REGION, 1, true, NOW), Fate::Stays);
    }

    #[test]
    fn pages_are_counted_apart() {
        let lone = &mut Lone::default();
        let far = 5 + RECENT as u64;
        for _ in 1..GIVE_BACK_AFTER {
            assert_eq!(lone.touched(5, 1, true, NOW), Fate::Stays);
            assert_eq!(lone.touched(far, 2, true, NOW), Fate::Stays);
        }
        assert_eq!(lone.touched(far, 2, true, NOW), Fate::GivenBack);
        lone.given_back(far, NOW);
        assert_eq!(lone.touched(5, 1, true, NOW), Fate::GivenBack);
        assert_eq!(lone.touched(far, 2, true, NOW), Fate::Stays);
    }

    #[test]
    fn a_page_that_is_only_read_becomes_quiet() {
        let lone = &mut Lone::default();
        let mut read = |times| {
            (0..times)
                .map(|n| lone.touched(5, n % 2, false, NOW))
                .last()
        };
        assert_eq!(read(QUIET_AFTER - 1), Some(Fate::Stays));
        assert_eq!(read(1), Some(Fate::Quiet));
        assert_eq!(read(TRY_AGAIN - 1), Some(Fate::Stays));
        assert_eq!(read(1), Some(Fate::Quiet));
        assert_eq!(lone.touched(5, 1, true, NOW), Fate::Stays);
        assert_eq!(lone.touched(5, 2, false, NOW), Fate::Stays);
    }
}
