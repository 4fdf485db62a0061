//! Memory that stays for a thread what it is while a promise of the thread is open.
//!
//! A store may be early though it depends on a load before it, if that load is early too: then it reads
//! what is there when the store is promised. The machine makes the load where it stands, so what others
//! write there in between is kept from the thread.

use crate::image::{GRANULE, granules, page_of};

/// What is guarded is guarded in aligned blocks of so many bytes, because an access may be single-copy atomic in
/// them: what it reads there must be of one moment.
const BLOCK: u64 = 16;

/// Some aligned blocks of memory, and some pages of the thread's own that may become shared; a few at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Guards {
    blocks: [u64; Guards::MOST],
    pages: [u64; Guards::MOST_PAGES],
    len: u8,
    page_len: u8,
}

impl Guards {
    /// So many blocks at most.
    pub const MOST: usize = 6;
    /// So many pages at most.
    pub const MOST_PAGES: usize = 8;
    /// None.
    pub const NONE: Self = Self {
        blocks: [0; Self::MOST],
        pages: [0; Self::MOST_PAGES],
        len: 0,
        page_len: 0,
    };

    /// Adds the blocks that hold these bytes. None: there is no room for them.
    #[must_use]
    pub fn with(mut self, addr: u64, len: usize) -> Option<Self> {
        for block in blocks(addr, len) {
            if !self.blocks().any(|it| it == block) {
                *self.blocks.get_mut(usize::from(self.len))? = block;
                self.len += 1;
            }
        }
        Some(self)
    }

    /// Where each begins.
    pub fn blocks(&self) -> impl Iterator<Item = u64> + use<> {
        let Self { blocks, len, .. } = *self;
        blocks.into_iter().take(len.into())
    }

    /// Adds the page that begins at `page`. None: there is no room for it.
    #[must_use]
    pub fn with_page(mut self, page: u64) -> Option<Self> {
        *self.pages.get_mut(usize::from(self.page_len))? = page_of(page);
        self.page_len += 1;
        Some(self)
    }

    /// These blocks, and the pages of `other`.
    #[must_use]
    pub const fn and_pages_of(self, other: &Self) -> Self {
        Self {
            pages: other.pages,
            page_len: other.page_len,
            ..self
        }
    }

    /// Where each page begins.
    pub fn pages(&self) -> impl Iterator<Item = u64> + use<> {
        let Self {
            pages, page_len, ..
        } = *self;
        pages.into_iter().take(page_len.into())
    }

    pub(crate) fn granules(&self) -> impl Iterator<Item = u64> + use<> {
        self.blocks().flat_map(in_block)
    }
}

/// The granules of the aligned blocks that hold these bytes.
pub(crate) fn around(addr: u64, len: usize) -> impl Iterator<Item = u64> + use<> {
    blocks(addr, len).flat_map(in_block)
}

fn in_block(block: u64) -> impl Iterator<Item = u64> + use<> {
    granules(block, BLOCK as usize)
}

/// The aligned blocks that hold these bytes.
fn blocks(addr: u64, len: usize) -> impl Iterator<Item = u64> + use<> {
    let last = addr + (len as u64).max(1) - 1;
    (addr / BLOCK..=last / BLOCK).map(|block| block * BLOCK)
}

const _: () = assert!(BLOCK.is_multiple_of(GRANULE as u64));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_added_once() {
        let guards = Guards::NONE.with(0x1008, 4).unwrap();
        let guards = guards.with(0x100c, 8).unwrap();
        let blocks: Vec<u64> = guards.blocks().collect();
        assert_eq!(blocks, [0x1000, 0x1010]);
        assert_eq!(guards.granules().count(), 8);
    }

    #[test]
    fn there_is_room_for_a_few() {
        let mut guards = Guards::NONE;
        for block in 0..Guards::MOST as u64 {
            guards = guards.with(block * BLOCK, 1).unwrap();
        }
        assert_eq!(guards.with(0, 16), Some(guards));
        assert_eq!(guards.with(0x1000, 1), None);
    }
}
