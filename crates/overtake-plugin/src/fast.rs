//! What most callbacks are about, answered by a look at a few numbers.
//!
//! Most blocks are run by the token's holder within its time. Most accesses are made by an
//! instruction that orders nothing, to a page that only its own thread has touched, while that
//! thread sees the present: of these nothing needs to be known. Everything else takes the long
//! way, through the engine, which says here what may be answered so ([`Engine::update_fast_path`]).
//!
//! Relaxed throughout: only the token's holder writes these numbers, and who gets the token sees
//! what earlier holders wrote ([`Holder`], which also says why a thread may ask so whether it is
//! the holder).
//!
//! [`Engine::update_fast_path`]: crate::engine::Engine::update_fast_path

use crate::pages;
use crate::token::Holder;
use crate::translate::Block;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Relaxed};

/// Who holds the token.
pub static HOLDER: Holder = Holder::nobody();

/// Guest instructions that were started, by all threads.
static INSTRUCTIONS: AtomicU64 = AtomicU64::new(0);

/// From so many instructions on, a block takes the long way.
static LIMIT: AtomicU64 = AtomicU64::new(0);

/// The blocks at which signal handlers start have one of these bits ([`Block::bit`]).
static HANDLERS: AtomicU64 = AtomicU64::new(0);

/// The block that the holder runs, if the engine does not know of it.
static BLOCK: AtomicPtr<Block> = AtomicPtr::new(null_mut());

/// Whether the thread of this vCPU holds the token. False may be wrong for a moment.
#[inline]
pub fn holds(vcpu: u32) -> bool {
    HOLDER.is(vcpu)
}

/// Guest instructions that were started, by all threads.
pub fn instructions() -> u64 {
    INSTRUCTIONS.load(Relaxed)
}

/// A block of so many was started.
pub fn add_instructions(number: u32) {
    INSTRUCTIONS.store(instructions() + u64::from(number), Relaxed);
}

/// In a child of `fork`: nothing was started.
pub fn restart() {
    INSTRUCTIONS.store(0, Relaxed);
    BLOCK.store(null_mut(), Relaxed);
}

/// Up to so many instructions, blocks may be counted only.
pub fn set_limit(limit: u64) {
    LIMIT.store(limit, Relaxed);
}

/// A signal handler starts at blocks with this bit.
pub fn add_handler(bit: u64) {
    HANDLERS.fetch_or(bit, Relaxed);
}

/// Counts a block that starts, if no more needs to be done.
#[inline]
pub fn count_block(vcpu: u32, block: &'static Block) -> bool {
    let instructions = instructions() + u64::from(block.instructions);
    let short = holds(vcpu)
        && instructions < LIMIT.load(Relaxed)
        && block.bit & HANDLERS.load(Relaxed) == 0;
    if short {
        INSTRUCTIONS.store(instructions, Relaxed);
        BLOCK.store(std::ptr::from_ref(block).cast_mut(), Relaxed);
    }
    short
}

/// The block that runs, if the engine has not been told. It is told once.
pub fn take_block() -> Option<&'static Block> {
    let block = BLOCK.load(Relaxed);
    if !block.is_null() {
        BLOCK.store(null_mut(), Relaxed);
    }
    // SAFETY: it comes from `count_block`, whose argument lives for ever.
    unsafe { block.as_ref() }
}

/// Pages of a table: as many as a thread uses in turn. (A power of two.)
const SLOTS: usize = 1024;

/// Bytes of the widest access that QEMU reports, at least.
const WIDEST: u64 = 64;

/// No page has this number.
const NONE: u64 = u64::MAX;

type Table = [AtomicU64; SLOTS];

/// Some of the pages that belong to one thread, direct-mapped by number.
#[derive(Debug)]
pub struct OwnPages(Box<Table>);

static EMPTY: Table = [const { AtomicU64::new(NONE) }; SLOTS];

/// The table in use: the running thread's, or one without a page.
static ACTIVE: AtomicPtr<Table> = AtomicPtr::new((&raw const EMPTY).cast_mut());

impl Default for OwnPages {
    fn default() -> Self {
        Self(Box::new([const { AtomicU64::new(NONE) }; SLOTS]))
    }
}

impl OwnPages {
    /// The page belongs to the thread.
    pub fn add(&self, page: u64) {
        self.slot(page).store(page, Relaxed);
    }

    /// The page no longer belongs to the thread.
    pub fn remove(&self, page: u64) {
        let slot = self.slot(page);
        if slot.load(Relaxed) == page {
            slot.store(NONE, Relaxed);
        }
    }

    /// No page from number `first` up to, not including, `end` belongs to the thread.
    pub fn remove_range(&self, first: u64, end: u64) {
        for slot in self.0.iter() {
            if (first..end).contains(&slot.load(Relaxed)) {
                slot.store(NONE, Relaxed);
            }
        }
    }

    /// Whether an access at `addr`, of any width, is to a page of the thread.
    #[inline]
    pub fn has(&self, addr: u64) -> bool {
        has(&self.0, addr)
    }

    fn slot(&self, page: u64) -> &AtomicU64 {
        &self.0[page as usize % SLOTS]
    }

    /// The running thread is this one, and of accesses to its own pages nothing needs to be known.
    ///
    /// # Safety
    ///
    /// Before the table is dropped, another one is shown, or none.
    pub unsafe fn activate(&self) {
        ACTIVE.store((&raw const *self.0).cast_mut(), Relaxed);
    }
}

/// Of every access something needs to be known.
pub fn deactivate() {
    ACTIVE.store((&raw const EMPTY).cast_mut(), Relaxed);
}

/// Whether of an access at `addr`, of any width, by an instruction that orders nothing, nothing
/// needs to be known.
#[inline]
pub fn may_skip(addr: u64) -> bool {
    // SAFETY: the pointer is that of `EMPTY`, or was shown by `OwnPages::activate`, whose caller
    // promised that the table lives.
    has(unsafe { &*ACTIVE.load(Relaxed) }, addr)
}

#[inline]
fn has(table: &Table, addr: u64) -> bool {
    let page = pages::number(addr);
    let last = pages::number(addr.wrapping_add(WIDEST - 1));
    table[page as usize % SLOTS].load(Relaxed) == page && page == last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_until_it_is_removed() {
        let own_pages = OwnPages::default();
        let end = SLOTS as u64;
        own_pages.add(7);
        own_pages.add(8);
        // SAFETY: it lives to the end of the test, which shows none before that.
        unsafe { own_pages.activate() };
        let at = |page: u64| page << pages::PAGE_BITS;
        assert!(may_skip(at(7)) && may_skip(at(8) + 4096 - WIDEST));
        assert!(!may_skip(at(8) + 4096 - WIDEST + 1), "may cross");
        assert!(!may_skip(at(7 + end)) && !may_skip(at(6)));
        own_pages.remove(7 + end);
        assert!(may_skip(at(7)), "another page of the same slot");
        own_pages.remove(7);
        assert!(!may_skip(at(7)) && may_skip(at(8)));
        own_pages.remove_range(8, 9);
        assert!(!may_skip(at(8)));
        deactivate();
        assert!(!may_skip(at(8)));
    }
}
