//! A memory mapping and the operations on it.

use std::ffi::{c_int, c_void};
use std::io;
use std::ptr;

use overtake_guests::pages::PAGE;

/// The number of 8-byte words on a page.
pub const WORDS: usize = PAGE / 8;

/// Pages of private anonymous memory, which are unmapped on drop.
///
/// The error of a method is the name of the system call and its `io::Error`.
#[derive(Debug)]
pub struct Mapping {
    start: *mut u64,
    pages: usize,
}

// SAFETY: it owns its memory, and nothing ties the memory to a thread.
unsafe impl Send for Mapping {}
// SAFETY: through `&Mapping` words can only be loaded, which two threads may do at once.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps this many pages, all zero.
    pub fn new(pages: usize) -> Result<Self, String> {
        let start = map(ptr::null_mut(), pages, 0)?;
        Ok(Self { start, pages })
    }

    /// Returns the number of words.
    pub fn len(&self) -> usize {
        self.pages * WORDS
    }

    /// Returns all words.
    pub fn words(&self) -> &[u64] {
        // SAFETY: the memory is mapped, readable and initialised (at first by the kernel), and
        // nobody stores to it while it is borrowed.
        unsafe { std::slice::from_raw_parts(self.start, self.len()) }
    }

    /// Returns all words, mutably.
    pub fn words_mut(&mut self) -> &mut [u64] {
        // SAFETY: as in `words`, and borrowed mutably. If the memory is write-protected, the
        // kernel answers a store with a signal.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.len()) }
    }

    /// Unmaps the memory and maps new memory at the same address.
    pub fn replace(&mut self) -> Result<(), String> {
        // SAFETY: the memory belongs to `self`, which is borrowed mutably.
        check("munmap", unsafe {
            libc::munmap(self.start.cast(), self.pages * PAGE)
        })?;
        // The address is free again, unless another thread has just mapped something there.
        map(self.start.cast(), self.pages, libc::MAP_FIXED_NOREPLACE)?;
        Ok(())
    }

    /// Gives the contents back to the kernel. The memory is zero afterwards.
    pub fn discard(&mut self) -> Result<(), String> {
        // SAFETY: the memory belongs to `self`, which is borrowed mutably.
        check("madvise", unsafe {
            libc::madvise(self.start.cast(), self.pages * PAGE, libc::MADV_DONTNEED)
        })
    }

    /// Forbids or allows stores.
    pub fn protect(&mut self, writable: bool) -> Result<(), String> {
        let protection = if writable {
            libc::PROT_READ | libc::PROT_WRITE
        } else {
            libc::PROT_READ
        };
        // SAFETY: the memory belongs to `self`, which is borrowed mutably; it stays readable.
        check("mprotect", unsafe {
            libc::mprotect(self.start.cast(), self.pages * PAGE, protection)
        })
    }

    /// Grows or shrinks the memory, and lets it move. New memory is zero.
    pub fn resize(&mut self, pages: usize) -> Result<(), String> {
        // SAFETY: the memory belongs to `self`, which is borrowed mutably, so nothing refers to
        // its old address.
        let start = unsafe {
            libc::mremap(
                self.start.cast(),
                self.pages * PAGE,
                pages * PAGE,
                libc::MREMAP_MAYMOVE,
            )
        };
        self.start = valid("mremap", start)?;
        self.pages = pages;
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the memory belongs to `self`, which is being dropped.
        unsafe { libc::munmap(self.start.cast(), self.pages * PAGE) };
    }
}

fn map(start: *mut c_void, pages: usize, flags: c_int) -> Result<*mut u64, String> {
    // SAFETY: new memory. No other mapping is changed, also with `MAP_FIXED_NOREPLACE`.
    let got = unsafe {
        libc::mmap(
            start,
            pages * PAGE,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | flags,
            -1,
            0,
        )
    };
    valid("mmap", got)
}

fn valid(call: &str, address: *mut c_void) -> Result<*mut u64, String> {
    if address == libc::MAP_FAILED {
        check(call, -1)?;
    }
    Ok(address.cast())
}

fn check(call: &str, result: c_int) -> Result<(), String> {
    if result == 0 {
        Ok(())
    } else {
        Err(format!("{call}: {}", io::Error::last_os_error()))
    }
}
