//! Memory in pages of its own.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::slice;

/// The largest page size of the targets (powerpc64 may have it).
pub const PAGE: usize = 65536;

/// Zeroed memory in pages of its own: nothing else lies on them.
#[derive(Debug)]
pub struct Pages {
    start: NonNull<u8>,
    layout: Layout,
}

impl Pages {
    /// Takes as many pages as hold `bytes`, one at least.
    ///
    /// # Panics
    ///
    /// There cannot be so many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let layout = Layout::from_size_align(bytes.max(1), PAGE)
            .expect("more memory than there is addresses")
            .pad_to_align();
        // SAFETY: the size is not zero.
        let start = unsafe { alloc_zeroed(layout) };
        let Some(start) = NonNull::new(start) else {
            handle_alloc_error(layout)
        };
        Self { start, layout }
    }

    /// Where it begins.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start.addr().get()
    }

    /// All of it.
    pub fn as_uninit_mut(&mut self) -> &mut [MaybeUninit<u8>] {
        // SAFETY: the allocation has this size and belongs to `self`, which is borrowed mutably.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr().cast(), self.layout.size()) }
    }

    /// All of it, as words.
    pub fn words(&mut self) -> &mut [u64] {
        // SAFETY: as above; the memory is zeroed, and more aligned than a word.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr().cast(), self.layout.size() / 8) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout, and freed nowhere else.
        unsafe { dealloc(self.start.as_ptr(), self.layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_aligned() {
        for (bytes, pages) in [(0, 1), (1, 1), (PAGE, 1), (PAGE + 1, 2)] {
            let mut memory = Pages::new(bytes);
            let memory = memory.as_uninit_mut();
            assert_eq!(memory.len(), pages * PAGE);
            assert_eq!(memory.as_ptr().addr() % PAGE, 0);
        }
    }
}
