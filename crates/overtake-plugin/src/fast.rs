//! The fast path: most callbacks return after a few comparisons.
//!
//! The holder runs most blocks within its quantum. Most accesses are to an own page, by an
//! instruction without ordering, while the thread has seen every committed write. The engine does
//! not need to know of these. All other callbacks take the slow path through the engine, which
//! decides what may take the fast path ([`Engine::update_fast_path`]).
//!
//! All atomics here are Relaxed. Only the token's holder writes them (but for the end of a run,
//! `last_words`), and a thread that gets the token sees what earlier holders wrote. [`Holder`] explains why, and why a thread may ask with a
//! Relaxed load whether it is the holder.
//!
//! [`Engine::update_fast_path`]: crate::engine::Engine::update_fast_path

use crate::pages;
use crate::token::Holder;
use crate::translate::Block;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Relaxed};

/// The vCPU that holds the token.
pub static HOLDER: Holder = Holder::nobody();

/// The number of guest instructions that all threads have started.
static INSTRUCTIONS: AtomicU64 = AtomicU64::new(0);

/// The instruction count from which blocks take the slow path.
static LIMIT: AtomicU64 = AtomicU64::new(0);

/// The union of [`Block::bit`] over the blocks at which signal handlers start.
static HANDLERS: AtomicU64 = AtomicU64::new(0);

/// The block that the holder runs, if the engine has not been told of it.
static BLOCK: AtomicPtr<Block> = AtomicPtr::new(null_mut());

/// Whether the thread of this vCPU holds the token. For a moment, the answer may wrongly be false.
#[inline]
pub fn holds(vcpu: u32) -> bool {
    HOLDER.is(vcpu)
}

/// Returns the number of guest instructions that all threads have started.
pub fn instructions() -> u64 {
    INSTRUCTIONS.load(Relaxed)
}

/// Counts the instructions of a block that starts.
pub fn add_instructions(number: u32) {
    INSTRUCTIONS.store(instructions() + u64::from(number), Relaxed);
}

/// Resets the counters in a child of `fork`.
pub fn restart() {
    INSTRUCTIONS.store(0, Relaxed);
    BLOCK.store(null_mut(), Relaxed);
    QUIET.iter().for_each(|slot| slot.store(NONE, Relaxed));
}

/// Sets the instruction count below which a block takes the fast path.
pub fn set_limit(limit: u64) {
    LIMIT.store(limit, Relaxed);
}

/// Makes blocks with this bit take the slow path, since a signal handler starts at one of them.
pub fn add_handler(bit: u64) {
    HANDLERS.fetch_or(bit, Relaxed);
}

/// Whether a signal handler may start at this block.
pub fn may_be_handler(block: &Block) -> bool {
    block.bit & HANDLERS.load(Relaxed) != 0
}

/// Counts a block that starts. Returns false if the block must take the slow path instead.
#[inline]
pub fn count_block(vcpu: u32, block: &'static Block) -> bool {
    let instructions = instructions() + u64::from(block.instructions);
    let short = holds(vcpu) && instructions < LIMIT.load(Relaxed) && !may_be_handler(block);
    if short {
        INSTRUCTIONS.store(instructions, Relaxed);
        BLOCK.store(std::ptr::from_ref(block).cast_mut(), Relaxed);
    }
    short
}

/// Returns the running block, once, if the engine has not been told of it.
pub fn take_block() -> Option<&'static Block> {
    let block = BLOCK.load(Relaxed);
    if !block.is_null() {
        BLOCK.store(null_mut(), Relaxed);
    }
    // SAFETY: the pointer is null or comes from `count_block`, whose argument is `'static`.
    unsafe { block.as_ref() }
}

/// The number of slots of a table: about the pages that a thread uses in turn. A power of two.
const SLOTS: usize = 1024;

/// A bound of the number of bytes in the widest access that QEMU reports.
const WIDEST: u64 = 64;

/// The content of an empty slot; no page has this number.
const NONE: u64 = u64::MAX;

type Table = [AtomicU64; SLOTS];

/// Some of the own pages of one thread, in a table that is direct-mapped by page number.
#[derive(Debug)]
pub struct OwnPages(Box<Table>);

static EMPTY: Table = [const { AtomicU64::new(NONE) }; SLOTS];

/// The table in use: the running thread's, or the empty one.
static ACTIVE: AtomicPtr<Table> = AtomicPtr::new((&raw const EMPTY).cast_mut());

impl Default for OwnPages {
    fn default() -> Self {
        Self(Box::new([const { AtomicU64::new(NONE) }; SLOTS]))
    }
}

impl OwnPages {
    /// Adds an own page of the thread.
    pub fn add(&self, page: u64) {
        self.slot(page).store(page, Relaxed);
    }

    /// Removes a page that is no longer an own page.
    pub fn remove(&self, page: u64) {
        let slot = self.slot(page);
        if slot.load(Relaxed) == page {
            slot.store(NONE, Relaxed);
        }
    }

    /// Whether an access at `addr`, of any width, is within one of these pages.
    #[inline]
    pub fn has(&self, addr: u64) -> bool {
        has(&self.0, addr)
    }

    fn slot(&self, page: u64) -> &AtomicU64 {
        &self.0[page as usize % SLOTS]
    }

    /// Lets accesses to these pages take the fast path while their thread runs.
    ///
    /// # Safety
    ///
    /// The caller activates another table, or none, before it drops this one.
    pub unsafe fn activate(&self) {
        ACTIVE.store((&raw const *self.0).cast_mut(), Relaxed);
    }
}

/// Makes every access take the slow path.
pub fn deactivate() {
    ACTIVE.store((&raw const EMPTY).cast_mut(), Relaxed);
}

/// Whether the engine may ignore an access at `addr`, of any width, by an instruction without
/// ordering.
#[inline]
pub fn may_skip(addr: u64) -> bool {
    // SAFETY: the pointer is that of `EMPTY`, or was set by `OwnPages::activate`, whose caller
    // promised that the table lives.
    has(unsafe { &*ACTIVE.load(Relaxed) }, addr)
}

/// The shared pages that are quiet (`lone`), for all threads.
static QUIET: Table = [const { AtomicU64::new(NONE) }; SLOTS];

/// Makes a page quiet. Another page of the same slot is no longer quiet.
pub fn add_quiet(page: u64) {
    QUIET[page as usize % SLOTS].store(page, Relaxed);
}

/// Makes a page no longer quiet.
#[inline]
pub fn remove_quiet(page: u64) {
    let slot = &QUIET[page as usize % SLOTS];
    if slot.load(Relaxed) == page {
        slot.store(NONE, Relaxed);
    }
}

/// Whether an access at `addr`, of any width, is within a quiet page.
#[inline]
pub fn is_quiet(addr: u64) -> bool {
    has(&QUIET, addr)
}

/// Whether the engine may ignore a load at `addr`, of any width, by an instruction without ordering.
#[inline]
pub fn may_skip_load(addr: u64) -> bool {
    is_quiet(addr) && !std::ptr::eq(ACTIVE.load(Relaxed), &raw const EMPTY)
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
        // SAFETY: the table lives to the end of the test, which deactivates it before that.
        unsafe { own_pages.activate() };
        let at = |page: u64| page << pages::PAGE_BITS;
        assert!(may_skip(at(7)) && may_skip(at(8) + 4096 - WIDEST));
        assert!(!may_skip(at(8) + 4096 - WIDEST + 1), "may cross");
        assert!(!may_skip(at(7 + end)) && !may_skip(at(6)));
        own_pages.remove(7 + end);
        assert!(may_skip(at(7)), "another page of the same slot");
        own_pages.remove(7);
        assert!(!may_skip(at(7)) && may_skip(at(8)));
        own_pages.remove(8);
        assert!(!may_skip(at(8)));
        deactivate();
        assert!(!may_skip(at(8)));
    }
}
