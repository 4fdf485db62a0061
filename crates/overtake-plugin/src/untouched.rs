//! The contents of pages that no thread was seen to touch.
//!
//! A callback comes after its access. So when a thread's first access to a page is a store, memory
//! no longer tells what was there before. This knows it for memory that the guest mapped without a
//! file: zeros, or what the first thread left there before there was a second one. Where the kernel
//! or an instruction may have written without a callback, nothing is known any longer.

use crate::guest_memory;
use crate::pages::PAGE_BITS;
use crate::views;
use rangemap::RangeSet;
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;
use weakmem::PAGE_SIZE;

/// The number of pages whose contents are looked at when there is a second thread.
const MOST: usize = 4096;
/// The number of these that are kept because they hold something else than zeros.
const MOST_COPIES: usize = 256;

/// The least number of bytes that an instruction zeroes without a callback, at a multiple of this
/// address: QEMU has 64 for `dc zva` and `cbo.zero`, and 32 or more for `dcbz`.
const ZEROED: usize = 16;

type Contents = [u8; PAGE_SIZE];

/// The contents of pages that no thread was seen to touch.
#[derive(Debug, Default)]
pub struct Untouched {
    /// The numbers of pages that hold zeros. Before [`Untouched::look`]: of pages that were mapped
    /// without a file.
    zero: RangeSet<u64>,
    /// The contents of other pages, by number.
    copies: HashMap<u64, Box<Contents>>,
    /// Whether an instruction may have zeroed memory since the copies were made.
    zeroed: bool,
}

impl Untouched {
    /// Notes that these pages were mapped without a file, so they hold zeros.
    pub fn mapped(&mut self, pages: Range<u64>) {
        if !pages.is_empty() {
            self.zero.insert(pages);
        }
    }

    /// Forgets these pages: something else is there now.
    pub fn forget(&mut self, pages: Range<u64>) {
        if !pages.is_empty() {
            self.copies.retain(|page, _| !pages.contains(page));
            self.zero.remove(pages);
        }
    }

    /// Forgets all pages: something may have been written anywhere, and no callback told where.
    pub fn forget_all(&mut self) {
        self.zero.clear();
        self.copies.clear();
    }

    /// Notes that an instruction may have zeroed memory anywhere, without a callback.
    pub fn zeroed(&mut self) {
        self.zeroed = true;
    }

    /// Notes that the kernel may have written zeros to memory anywhere.
    pub fn zeroed_by_kernel(&mut self) {
        self.copies.clear();
    }

    /// Looks at the pages that were mapped while there was one thread, whose accesses were not
    /// reported.
    pub fn look(&mut self) {
        let mapped: Vec<u64> = self.zero.iter().cloned().flatten().take(MOST).collect();
        self.zero.clear();
        for page in mapped {
            let start = page << PAGE_BITS;
            if !guest_memory::is_readable(start) {
                continue;
            }
            let contents = views::copy_page(start);
            if contents == [0; PAGE_SIZE] {
                self.zero.insert(page..page + 1);
            } else if self.copies.len() < MOST_COPIES {
                self.copies.insert(page, Box::new(contents));
            }
        }
    }

    /// Returns what the page held before its first access, and forgets it. `now` is what it holds
    /// after that access, which has stored to the bytes `stored` of the page, or loaded.
    pub fn before(
        &mut self,
        page: u64,
        now: &Contents,
        stored: Option<Range<usize>>,
    ) -> Option<Contents> {
        let copy = self.copies.remove(&page);
        let copy = copy.filter(|copy| {
            !self.zeroed || stored.as_ref().is_some_and(|it| is_kept(copy, now, it))
        });
        let zero = self.zero.contains(&page);
        if zero {
            self.zero.remove(page..page + 1);
        }
        let Some(stored) = stored else {
            return Some(*now);
        };
        let before = copy.map(|it| *it).or(zero.then_some([0; PAGE_SIZE]))?;
        let same = |bytes: Range<usize>| now[bytes.clone()] == before[bytes];
        (same(0..stored.start) && same(stored.end..PAGE_SIZE)).then_some(before)
    }
}

/// Whether no instruction has zeroed the bytes `stored` since `before`: it would have zeroed a byte
/// beside them too.
fn is_kept(before: &Contents, now: &Contents, stored: &Range<usize>) -> bool {
    let start = stored.start / ZEROED * ZEROED;
    let kept = |at: usize| !stored.contains(&at) && now[at] != 0 && now[at] == before[at];
    stored.end <= start + ZEROED && (start..start + ZEROED).any(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: Contents = [0; PAGE_SIZE];

    fn with(at: usize, byte: u8) -> Contents {
        let mut contents = ZERO;
        contents[at] = byte;
        contents
    }

    #[test]
    fn a_new_page_held_zeros_before_its_first_store() {
        let mut untouched = Untouched::default();
        untouched.mapped(3..6);
        untouched.forget(4..5);
        let now = with(8, 7);
        assert_eq!(untouched.before(3, &now, Some(8..12)), Some(ZERO));
        assert_eq!(
            untouched.before(3, &now, Some(8..12)),
            None,
            "it is touched"
        );
        assert_eq!(untouched.before(4, &now, Some(8..12)), None);
        assert_eq!(
            untouched.before(5, &now, Some(9..12)),
            None,
            "somebody wrote"
        );
        assert_eq!(untouched.before(9, &now, None), Some(now), "a load");
    }

    #[test]
    fn a_page_that_holds_something_else_is_known_until_something_was_written() {
        let mut untouched = Untouched::default();
        let known = |untouched: &mut Untouched| {
            untouched.copies.insert(7, Box::new(with(0, 1)));
            untouched.mapped(8..9);
        };
        known(&mut untouched);
        assert_eq!(
            untouched.before(7, &with(0, 2), Some(0..1)),
            Some(with(0, 1))
        );
        known(&mut untouched);
        untouched.zeroed();
        assert_eq!(untouched.before(7, &with(0, 2), Some(0..1)), None);
        assert_eq!(untouched.before(8, &with(0, 2), Some(0..1)), Some(ZERO));
        known(&mut untouched);
        let mut now = with(0, 1);
        now[4] = 9;
        assert_eq!(untouched.before(7, &now, Some(4..8)), Some(with(0, 1)));
        known(&mut untouched);
        assert_eq!(untouched.before(7, &now, Some(4..17)), None, "two blocks");
        known(&mut untouched);
        untouched.zeroed_by_kernel();
        assert_eq!(untouched.before(7, &now, Some(4..8)), None);
        known(&mut untouched);
        untouched.forget_all();
        assert_eq!(untouched.before(8, &with(0, 2), Some(0..1)), None);
    }
}
