//! The committed memory: every write that has become visible.

use crate::view::Timestamp;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// Bytes in a page of the image. Guests may have larger pages; this is only a unit of storage.
pub const PAGE_SIZE: usize = 4096;

/// Bytes of a granule: the unit in which a thread may still see older contents, and in which the
/// image knows when it was written. Smaller neighbours count as written together, which orders
/// more, never less. (An access of more bytes that is single-copy atomic sees one moment of
/// several granules: [`crate::Step::single_copy`].)
pub const GRANULE: usize = 4;

/// The contents of a granule at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Granule {
    /// Its bytes.
    pub bytes: [u8; GRANULE],
    /// When it was last written.
    pub written: Timestamp,
}

/// The starts of the granules that `len` bytes at `addr` lie in.
pub fn granules(addr: u64, len: usize) -> impl Iterator<Item = u64> {
    let first = addr - addr % GRANULE as u64;
    (first..addr.saturating_add(len as u64)).step_by(GRANULE)
}

/// Where the page of this address begins.
pub const fn page_of(addr: u64) -> u64 {
    addr - addr % PAGE_SIZE as u64
}

#[derive(Clone)]
struct Page {
    bytes: [u8; PAGE_SIZE],
    written: [Timestamp; PAGE_SIZE / GRANULE],
}

/// The granules that were written since the page came into play.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let oldest = self.written.iter().min();
        let granules = self.bytes.chunks(GRANULE).zip(&self.written).enumerate();
        f.debug_list()
            .entries(granules.filter(|(_, (_, written))| Some(*written) != oldest))
            .finish()
    }
}

/// Committed contents of the pages that are in play.
#[derive(Debug, Clone, Default)]
pub struct Image {
    pages: BTreeMap<u64, Box<Page>>,
}

impl Image {
    fn split(addr: u64) -> (u64, usize) {
        let offset = (addr % PAGE_SIZE as u64) as usize;
        (addr - offset as u64, offset)
    }

    /// Adds the page that starts at `page`, or replaces its contents, as written at `now`.
    pub(crate) fn insert(&mut self, page: u64, bytes: [u8; PAGE_SIZE], now: Timestamp) {
        debug_assert_eq!(page % PAGE_SIZE as u64, 0);
        let written = [now; PAGE_SIZE / GRANULE];
        self.pages.insert(page, Box::new(Page { bytes, written }));
    }

    /// Brings each page that has some of these addresses up to date with what `read` puts into it;
    /// granules that differ count as written at `now`.
    pub(crate) fn refresh(
        &mut self,
        addresses: Range<u64>,
        now: Timestamp,
        mut read: impl FnMut(u64, &mut [u8]),
    ) {
        if addresses.is_empty() {
            return;
        }
        let (first, _) = Self::split(addresses.start);
        let mut found = [0; PAGE_SIZE];
        for (addr, page) in self.pages.range_mut(first..addresses.end) {
            read(*addr, &mut found);
            if page.bytes == found {
                continue;
            }
            let granules = found.chunks(GRANULE).zip(page.bytes.chunks_mut(GRANULE));
            for ((found, known), written) in granules.zip(&mut page.written) {
                if *found != *known {
                    known.copy_from_slice(found);
                    *written = now;
                }
            }
        }
    }

    /// Forgets the page that starts at `page`.
    pub(crate) fn remove(&mut self, page: u64) {
        self.pages.remove(&page);
    }

    /// Whether the page of `addr` is in play.
    pub fn contains(&self, addr: u64) -> bool {
        self.pages.contains_key(&Self::split(addr).0)
    }

    /// The pages in play, by address.
    pub fn pages(&self) -> impl Iterator<Item = (u64, &[u8; PAGE_SIZE])> {
        self.pages.iter().map(|(addr, page)| (*addr, &page.bytes))
    }

    /// Number of pages in play.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether no page is in play.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Fills `out` with the committed bytes from `addr` on. Bytes of pages that are not in play
    /// are left as they are; returns whether all were in play.
    pub fn read(&self, addr: u64, out: &mut [u8]) -> bool {
        let (page, offset) = Self::split(addr);
        let here = out.len().min(PAGE_SIZE - offset);
        let (first, rest) = out.split_at_mut(here);
        let mut all = match self.pages.get(&page) {
            Some(page) => {
                first.copy_from_slice(&page.bytes[offset..offset + here]);
                true
            }
            None => false,
        };
        if !rest.is_empty() {
            all &= self.read(page + PAGE_SIZE as u64, rest);
        }
        all
    }

    /// The granule that starts at `addr`, if its page is in play.
    pub(crate) fn granule(&self, addr: u64) -> Option<Granule> {
        let (page, offset) = Self::split(addr);
        let page = self.pages.get(&page)?;
        let mut granule = Granule {
            written: page.written[offset / GRANULE],
            ..Granule::default()
        };
        granule
            .bytes
            .copy_from_slice(&page.bytes[offset..offset + GRANULE]);
        Some(granule)
    }

    /// Stores `bytes` at `addr`, as written at `now`; bytes of pages that are not in play are
    /// dropped.
    pub(crate) fn write(&mut self, addr: u64, bytes: &[u8], now: Timestamp) {
        let (page, offset) = Self::split(addr);
        let here = bytes.len().min(PAGE_SIZE - offset);
        if let Some(target) = self.pages.get_mut(&page) {
            target.bytes[offset..offset + here].copy_from_slice(&bytes[..here]);
            let last = (offset + here).div_ceil(GRANULE);
            target.written[offset / GRANULE..last].fill(now);
        }
        if here < bytes.len() {
            self.write(page + PAGE_SIZE as u64, &bytes[here..], now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_may_cross_pages_and_leave_the_image() {
        let mut image = Image::default();
        image.insert(0x1000, [0; PAGE_SIZE], 1);
        image.write(0x1ffe, &[1, 2, 3, 4], 2);
        let mut out = [9; 4];
        assert!(!image.read(0x1ffe, &mut out));
        assert_eq!(out, [1, 2, 9, 9]);
        image.insert(0x2000, [7; PAGE_SIZE], 3);
        assert!(image.read(0x1ffe, &mut out));
        assert_eq!(out, [1, 2, 7, 7]);
    }

    #[test]
    fn each_granule_knows_when_it_was_written() {
        let mut image = Image::default();
        image.insert(0x1000, [0; PAGE_SIZE], 1);
        image.write(0x1003, &[1, 2], 2);
        image.write(0x1008, &[1], 3);
        let written = |image: &Image| {
            let of = |addr| image.granule(addr).map(|found| found.written);
            [0x1000, 0x1004, 0x1008, 0x100c].map(of)
        };
        assert_eq!(written(&image), [Some(2), Some(2), Some(3), Some(1)]);
        image.refresh(0..u64::MAX, 4, |_, page| {
            page[..16].copy_from_slice(&[0, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0])
        });
        assert_eq!(written(&image), [Some(2), Some(2), Some(3), Some(4)]);
        assert_eq!(image.granule(0x2000), None);
    }
}
