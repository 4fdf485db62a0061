//! The memory of a test: its code, and its locations.

use std::fs::File;
use std::hint;
use std::io;
use std::os::fd::AsRawFd;
use std::ptr;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use overtake_guests::pages::Pages;

use crate::plan::{Plan, Word};

/// Bytes from one location to the next: each has a cache line of its own.
const STRIDE: usize = 64;

/// The distance, in bytes, at which all pages are touched, whatever size they have.
const SMALLEST_PAGE: usize = 4096;

/// Machine code in memory, which is never unmapped.
pub struct Code {
    start: *const u8,
    length: usize,
}

// SAFETY: the memory is never written or unmapped.
unsafe impl Sync for Code {}

impl Code {
    /// Maps a file of machine code.
    pub fn map(file: &File) -> io::Result<Self> {
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        // SAFETY: a new mapping at an address that the kernel chooses.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                length,
                libc::PROT_READ | libc::PROT_EXEC,
                libc::MAP_PRIVATE,
                file.as_raw_fd(),
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Self {
            start: start.cast(),
            length,
        })
    }

    /// Returns the number of bytes of the code.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Calls the function at `entry` with a block.
    ///
    /// # Safety
    ///
    /// At `entry`, inside the code, is a function that takes the address of such a block.
    pub unsafe fn call(&self, entry: usize, block: &mut [u64]) {
        // SAFETY: as the caller promises. A function pointer is the address of the code, on Power
        // too (ELF V2).
        unsafe {
            let function: extern "C" fn(*mut u64) =
                std::mem::transmute::<*const u8, _>(self.start.add(entry));
            function(block.as_mut_ptr());
        }
    }
}

/// The locations of all iterations.
pub struct Locations {
    _pages: Pages,
    start: *const u8,
    length: usize,
    /// The size in bytes of each location of one iteration.
    bytes: Vec<usize>,
}

// SAFETY: all accesses are atomic, or the test's, and the memory lives as long as this.
unsafe impl Sync for Locations {}

impl Locations {
    /// Allocates all locations, with their initial values.
    pub fn new(plan: &Plan) -> Self {
        let length = plan.iterations * plan.locations.len() * STRIDE;
        let mut pages = Pages::new(length);
        let locations = Self {
            start: pages.as_uninit_mut().as_ptr().cast(),
            _pages: pages,
            length,
            bytes: plan.locations.iter().map(|one| one.bytes).collect(),
        };
        for iteration in 0..plan.iterations {
            for (index, location) in plan.locations.iter().enumerate() {
                let value = locations.word(iteration, location.value);
                let address = locations.address(iteration, index);
                // Relaxed: the start of the threads orders it.
                // SAFETY: aligned, in the allocation, and accessed by atomics only.
                unsafe {
                    match location.bytes {
                        1 => (*address.cast::<AtomicU8>()).store(value as u8, Ordering::Relaxed),
                        2 => (*address.cast::<AtomicU16>()).store(value as u16, Ordering::Relaxed),
                        4 => (*address.cast::<AtomicU32>()).store(value as u32, Ordering::Relaxed),
                        _ => (*address.cast::<AtomicU64>()).store(value, Ordering::Relaxed),
                    }
                }
            }
        }
        locations
    }

    fn address(&self, iteration: usize, index: usize) -> *const u8 {
        let offset = (iteration * self.bytes.len() + index) * STRIDE;
        self.start.wrapping_add(offset)
    }

    /// Returns the value of a location.
    pub fn read(&self, iteration: usize, index: usize) -> u64 {
        let address = self.address(iteration, index);
        // Relaxed: the end of the threads orders it.
        // SAFETY: aligned, in the allocation, and accessed by atomics only.
        unsafe {
            match self.bytes[index] {
                1 => (*address.cast::<AtomicU8>()).load(Ordering::Relaxed).into(),
                2 => (*address.cast::<AtomicU16>())
                    .load(Ordering::Relaxed)
                    .into(),
                4 => (*address.cast::<AtomicU32>())
                    .load(Ordering::Relaxed)
                    .into(),
                _ => (*address.cast::<AtomicU64>()).load(Ordering::Relaxed),
            }
        }
    }

    /// Loads from every page, so that all threads have used it before the first iteration.
    pub fn touch(&self) {
        for offset in (0..self.length).step_by(SMALLEST_PAGE) {
            // SAFETY: as in `read`; the allocation begins and ends with a page.
            let word = unsafe { &*self.start.add(offset).cast::<AtomicU64>() };
            // Relaxed: nothing has been stored since the threads started.
            hint::black_box(word.load(Ordering::Relaxed));
        }
    }

    /// Returns the number that a word of the plan is in an iteration.
    pub fn word(&self, iteration: usize, word: Word) -> u64 {
        match word {
            Word::Number(number) => number,
            Word::Address(index) => self.address(iteration, index).addr() as u64,
        }
    }

    /// Returns the word of the plan that this number is in an iteration.
    pub fn shown(&self, iteration: usize, word: u64) -> Word {
        (0..self.bytes.len())
            .find(|index| self.address(iteration, *index).addr() as u64 == word)
            .map_or(Word::Number(word), Word::Address)
    }
}
