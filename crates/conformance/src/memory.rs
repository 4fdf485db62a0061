//! Where the locations of a test are, and how memory answers the machine.

use weakmem::{Driver, StoreId, ThreadId};

/// Where the first location is; each has 64 bytes of its own.
pub(crate) const BASE: u64 = 0x1000;

/// The address of a location.
pub(crate) fn address(location: usize) -> u64 {
    BASE + 64 * location as u64
}

/// How far from there a location is that one processor has on a page of its own.
const OWN_PAGES: u64 = 0x10_0000;

/// The address of a location that one processor has on a page of its own.
pub(crate) fn own_address(location: usize) -> u64 {
    address(location) + OWN_PAGES
}

/// Every write stays away from each other thread, where that may be, and unseen, until the exploration
/// chooses otherwise.
pub(crate) struct Unseen;

impl Driver for Unseen {
    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        u64::MAX
    }

    fn arrival_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        u64::MAX
    }

    fn patch(&mut self, _: u64, _: &[u8]) {}
}
