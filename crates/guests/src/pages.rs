//! Memory on pages that hold nothing else.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::slice;

/// The largest page size of the targets, in bytes (powerpc64 may have it).
pub const PAGE: usize = 65536;

/// Zeroed memory on pages that hold nothing else.
#[derive(Debug)]
pub struct Pages {
    start: NonNull<u8>,
    layout: Layout,
}

impl Pages {
    /// Allocates the pages for `bytes` bytes, at least one page.
    ///
    /// # Panics
    ///
    /// If the address space cannot hold so many bytes.
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

    /// Returns the address of the first byte.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start.addr().get()
    }

    /// Returns all of the memory.
    pub fn as_uninit_mut(&mut self) -> &mut [MaybeUninit<u8>] {
        // SAFETY: the allocation has this size and belongs to `self`, which is borrowed mutably.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr().cast(), self.layout.size()) }
    }

    /// Returns all of the memory, as words.
    pub fn words(&mut self) -> &mut [u64] {
        // SAFETY: as above; the memory is zeroed, and its alignment is larger than a word's.
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
