//! Reservations of load-reserved / store-conditional pairs (LL/SC).
//!
//! A store-conditional succeeds only if no other thread's store to the reserved bytes has become
//! visible since the load-reserved: Arm ARM B2.12 (exclusive monitors), RISC-V unprivileged spec
//! 14.2, Power ISA Book II 1.7.3. An emulator that only compares values misses a location that was
//! changed and changed back (ABA). Real reservations cover more bytes than were loaded, so a
//! failure without need is allowed; here exactly the bytes loaded are covered.

use crate::buffer::MAX_ACCESS;

/// A thread's reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    addr: u64,
    len: usize,
    bytes: [u8; MAX_ACCESS],
    lost: bool,
}

impl Reservation {
    /// Of the bytes that were loaded at `addr`.
    pub fn new(addr: u64, loaded: &[u8]) -> Self {
        let mut bytes = [0; MAX_ACCESS];
        let len = loaded.len().min(MAX_ACCESS);
        bytes[..len].copy_from_slice(&loaded[..len]);
        Self {
            addr,
            len,
            bytes,
            lost: false,
        }
    }

    /// Takes in a second load, of the bytes that follow: one half of a pair. Returns whether they
    /// do follow.
    pub(crate) fn extend(&mut self, addr: u64, loaded: &[u8]) -> bool {
        let follows = addr == self.addr + self.len as u64 && self.len + loaded.len() <= MAX_ACCESS;
        if follows {
            self.bytes[self.len..self.len + loaded.len()].copy_from_slice(loaded);
            self.len += loaded.len();
        }
        follows
    }

    /// Another thread's store of `len` bytes at `addr` has become visible.
    pub(crate) fn stored(&mut self, addr: u64, len: u64) {
        self.lost |= self.addr < addr.saturating_add(len) && addr < self.addr + self.len as u64;
    }

    /// The store-conditional must fail.
    pub(crate) fn lose(&mut self) {
        self.lost = true;
    }

    /// Whether a store-conditional must fail.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Where it is.
    pub fn addr(&self) -> u64 {
        self.addr
    }

    /// What was loaded.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}
