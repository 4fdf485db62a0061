//! Memory that was mapped, and what can be done to it.

use std::ffi::{c_int, c_void};
use std::io;
use std::ptr;

use overtake_guests::pages::PAGE;

/// Words of 8 bytes on a page.
pub const WORDS: usize = PAGE / 8;

/// Pages of private anonymous memory, unmapped at the end. What is wrong with a call is its
/// `io::Error`, under the call's name.
#[derive(Debug)]
pub struct Mapping {
    start: *mut u64,
    pages: usize,
}

// SAFETY: it owns its memory; nothing about it is bound to a thread.
unsafe impl Send for Mapping {}
// SAFETY: `&Mapping` only lets one load words, which two threads may do at once.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps so many pages, all zero.
    pub fn new(pages: usize) -> Result<Self, String> {
        let start = map(ptr::null_mut(), pages, 0)?;
        Ok(Self { start, pages })
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.pages * WORDS
    }

    /// All of its words.
    pub fn words(&self) -> &[u64] {
        // SAFETY: the memory is mapped, readable and initialised (by the kernel, to begin with),
        // and as long as it is borrowed nobody stores to it.
        unsafe { std::slice::from_raw_parts(self.start, self.len()) }
    }

    /// All of its words.
    pub fn words_mut(&mut self) -> &mut [u64] {
        // SAFETY: as in `words`, and borrowed mutably. If it is write-protected, a store is
        // answered with a signal.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.len()) }
    }

    /// Unmaps it and maps new memory at the same address.
    pub fn replace(&mut self) -> Result<(), String> {
        // SAFETY: the memory belongs to `self`, which is borrowed mutably.
        check("munmap", unsafe {
            libc::munmap(self.start.cast(), self.pages * PAGE)
        })?;
        // The address is free again, unless another thread has just mapped something there.
        map(self.start.cast(), self.pages, libc::MAP_FIXED_NOREPLACE)?;
        Ok(())
    }

    /// Gives the contents back to the kernel: zeros come in their place.
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

    /// Grows or shrinks it, and lets it move. What is new is zero.
    pub fn resize(&mut self, pages: usize) -> Result<(), String> {
        // SAFETY: the memory belongs to `self`, which is borrowed mutably, so no reference to it
        // is left where it was.
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
        // SAFETY: the memory belongs to `self`, which is at its end.
        unsafe { libc::munmap(self.start.cast(), self.pages * PAGE) };
    }
}

fn map(start: *mut c_void, pages: usize, flags: c_int) -> Result<*mut u64, String> {
    // SAFETY: new memory; with `MAP_FIXED_NOREPLACE`, too, no other mapping is changed.
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
