//! Memory that both threads access, and how.

use std::cell::UnsafeCell;

/// Two cache lines.
#[repr(align(128))]
pub struct Block(UnsafeCell<[u8; 128]>);

// SAFETY: only `asm!` accesses the bytes; races are what is tested.
unsafe impl Sync for Block {}

impl Block {
    pub const fn new() -> Self {
        Self(UnsafeCell::new([0; 128]))
    }

    /// The address `offset` bytes from the start. At least 16 bytes follow.
    pub fn at(&self, offset: usize) -> *mut u8 {
        assert!(offset <= 112);
        self.0.get().cast::<u8>().wrapping_add(offset)
    }
}

/// What a mode does.
pub struct Mode {
    pub name: &'static str,
    /// Where the access begins in the block.
    pub offset: usize,
    /// QEMU 7.2 stops all threads for each access: fewer are made.
    pub slow: bool,
    pub kind: Kind,
}

/// The accesses of a mode. The pointers are into a [`Block`].
pub enum Kind {
    /// Stores a number in both halves, loads both halves.
    Plain {
        store: unsafe fn(*mut u8, u32),
        load: unsafe fn(*mut u8) -> (u64, u64),
    },
    /// Adds 1 to both halves, and returns what they were.
    #[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
    Add(unsafe fn(*mut u8) -> (u64, u64)),
}

impl Mode {
    pub const fn new(
        name: &'static str,
        offset: usize,
        store: unsafe fn(*mut u8, u32),
        load: unsafe fn(*mut u8) -> (u64, u64),
    ) -> Self {
        Self {
            name,
            offset,
            slow: false,
            kind: Kind::Plain { store, load },
        }
    }

    #[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
    pub const fn adding(add: unsafe fn(*mut u8) -> (u64, u64)) -> Self {
        Self {
            name: "reserved",
            offset: 0,
            slow: false,
            kind: Kind::Add(add),
        }
    }

    #[cfg(any(target_arch = "powerpc64", target_arch = "x86_64"))]
    pub const fn slow(mut self) -> Self {
        self.slow = true;
        self
    }
}

/// A number in both halves of a doubleword.
pub const fn doubled(number: u32) -> u64 {
    (number as u64) << 32 | number as u64
}

/// The halves of a doubleword.
pub const fn halves(value: u64) -> (u64, u64) {
    (value >> 32, value & 0xffff_ffff)
}
