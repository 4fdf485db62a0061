//! The decoded blocks, which translated code refers to.
//!
//! A guest may rewrite its code for as long as it runs. QEMU forgets a block that was overwritten,
//! but does not tell a plugin which. So:
//!
//! - A block that is translated again, from the same bytes at the same address, is the same block.
//! - When QEMU flushes all its translations, it tells the plugin. It does so while no thread runs
//!   translated code (`tb_flush` is an exclusive section), so no callback has a block then. A block
//!   that is not translated anew is freed some time after that, by the token's holder. The engine
//!   may still know it as the place where a thread is.
//!
//! So there are at most as many blocks as QEMU's translation buffer holds, and one for each thread.

use crate::translate::Block;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The start of a block, and its bytes.
type Code = (u64, Box<[u8]>);

#[derive(Debug, Default)]
struct Blocks {
    by_code: FxHashMap<Code, Entry>,
    /// How often QEMU has flushed its translations.
    flushes: u64,
}

#[derive(Debug)]
struct Entry {
    /// From `Box::leak`.
    block: *const Block,
    /// The number of flushes before the block was last translated.
    translated: u64,
}

// SAFETY: a block is immutable, and may be shared and freed by any thread.
unsafe impl Send for Entry {}

static BLOCKS: Mutex<Option<Blocks>> = Mutex::new(None);

/// Whether blocks may be freed. Relaxed: a thread that loads a stale value frees them later; the
/// lock orders the blocks themselves.
static FLUSHED: AtomicBool = AtomicBool::new(false);

fn lock() -> MutexGuard<'static, Option<Blocks>> {
    BLOCKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the block of this code, which QEMU is translating. Decodes it if it is new.
///
/// The block lives as long as translated code refers to it, or the engine does.
pub fn intern(start: u64, bytes: &[u8], decode: impl FnOnce() -> Block) -> &'static Block {
    let mut blocks = lock();
    let blocks = blocks.get_or_insert_default();
    let translated = blocks.flushes;
    let entry = blocks
        .by_code
        .entry((start, bytes.into()))
        .or_insert_with(|| Entry {
            block: Box::leak(Box::new(decode())),
            translated,
        });
    entry.translated = translated;
    // SAFETY: `free` has not freed the block, which is in the table.
    unsafe { &*entry.block }
}

/// Notes that QEMU has flushed all its translations, while no thread runs translated code.
pub fn flushed() {
    let mut blocks = lock();
    blocks.get_or_insert_default().flushes += 1;
    FLUSHED.store(true, Relaxed);
}

/// Whether [`free`] has something to do.
pub fn may_be_freed() -> bool {
    FLUSHED.load(Relaxed)
}

/// Frees the blocks that translated code no longer refers to, except for those in use.
///
/// # Safety
///
/// `in_use` contains each block that something else than translated code, and the callbacks that
/// run now, refers to.
#[cold]
pub unsafe fn free(in_use: impl Iterator<Item = &'static Block>) {
    FLUSHED.store(false, Relaxed);
    let in_use: FxHashSet<*const Block> = in_use.map(std::ptr::from_ref).collect();
    let mut blocks = lock();
    let Some(Blocks { by_code, flushes }) = &mut *blocks else {
        return;
    };
    by_code.retain(|_, entry| {
        let stays = entry.translated == *flushes || in_use.contains(&entry.block);
        if !stays {
            // SAFETY: the block comes from `Box::leak`, and leaves the table here. Translated code
            // refers to no block that was not translated since the last flush, and neither does a
            // callback: it would be called by such code. By the caller's promise nothing else does.
            drop(unsafe { Box::from_raw(entry.block.cast_mut()) });
        }
        stays
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(start: u64, bytes: &[u8]) -> &'static Block {
        intern(start, bytes, || Block::new(start, &[]))
    }

    fn count() -> usize {
        lock().as_ref().map_or(0, |blocks| blocks.by_code.len())
    }

    /// One test, because there is one table.
    #[test]
    fn a_block_is_shared_until_it_is_freed_after_a_flush() {
        let first = block(0x40, b"code");
        assert!(std::ptr::eq(first, block(0x40, b"code")));
        assert!(!std::ptr::eq(first, block(0x40, b"edoc")));
        assert!(!std::ptr::eq(first, block(0x44, b"code")));
        assert_eq!(count(), 3);
        // SAFETY: these blocks are translated since the last flush.
        unsafe { free(std::iter::empty()) };
        assert_eq!(count(), 3, "nothing was flushed");
        flushed();
        assert!(may_be_freed());
        let other = block(0x44, b"code");
        // SAFETY: the third block is not used any more.
        unsafe { free(std::iter::once(first)) };
        assert!(!may_be_freed());
        assert_eq!(count(), 2, "the one in use, and the one translated anew");
        assert!(std::ptr::eq(first, block(0x40, b"code")));
        assert!(std::ptr::eq(other, block(0x44, b"code")));
    }
}
