//! The committed memory: what a thread without pending stores sees.

use std::collections::BTreeMap;

/// Bytes in a page of the image. Guests may have larger pages; this is only a unit of storage.
pub const PAGE_SIZE: usize = 4096;

/// Committed contents of the pages that are in play.
#[derive(Debug, Clone, Default)]
pub struct Image {
    pages: BTreeMap<u64, Box<[u8; PAGE_SIZE]>>,
}

impl Image {
    fn split(addr: u64) -> (u64, usize) {
        let offset = (addr % PAGE_SIZE as u64) as usize;
        (addr - offset as u64, offset)
    }

    /// Adds the page that starts at `page`, or replaces its contents.
    pub fn insert(&mut self, page: u64, bytes: [u8; PAGE_SIZE]) {
        debug_assert_eq!(page % PAGE_SIZE as u64, 0);
        self.pages.insert(page, Box::new(bytes));
    }

    /// Forgets the page that starts at `page`.
    pub fn remove(&mut self, page: u64) {
        self.pages.remove(&page);
    }

    /// Whether the page of `addr` is in play.
    pub fn contains(&self, addr: u64) -> bool {
        self.pages.contains_key(&Self::split(addr).0)
    }

    /// The pages in play, by address.
    pub fn pages(&self) -> impl Iterator<Item = (u64, &[u8; PAGE_SIZE])> {
        self.pages.iter().map(|(addr, bytes)| (*addr, &**bytes))
    }

    /// The pages in play, by address, to be brought up to date.
    pub fn pages_mut(&mut self) -> impl Iterator<Item = (u64, &mut [u8; PAGE_SIZE])> {
        self.pages
            .iter_mut()
            .map(|(addr, bytes)| (*addr, &mut **bytes))
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
            Some(bytes) => {
                first.copy_from_slice(&bytes[offset..offset + here]);
                true
            }
            None => false,
        };
        if !rest.is_empty() {
            all &= self.read(page + PAGE_SIZE as u64, rest);
        }
        all
    }

    /// Stores `bytes` at `addr`; bytes of pages that are not in play are dropped.
    pub fn write(&mut self, addr: u64, bytes: &[u8]) {
        let (page, offset) = Self::split(addr);
        let here = bytes.len().min(PAGE_SIZE - offset);
        if let Some(target) = self.pages.get_mut(&page) {
            target[offset..offset + here].copy_from_slice(&bytes[..here]);
        }
        if here < bytes.len() {
            self.write(page + PAGE_SIZE as u64, &bytes[here..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_may_cross_pages_and_leave_the_image() {
        let mut image = Image::default();
        image.insert(0x1000, [0; PAGE_SIZE]);
        image.write(0x1ffe, &[1, 2, 3, 4]);
        let mut out = [9; 4];
        assert!(!image.read(0x1ffe, &mut out));
        assert_eq!(out, [1, 2, 9, 9]);
        image.insert(0x2000, [7; PAGE_SIZE]);
        assert!(image.read(0x1ffe, &mut out));
        assert_eq!(out, [1, 2, 7, 7]);
    }
}
