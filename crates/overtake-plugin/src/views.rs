//! Guest memory, kept as the machine requires it.
//!
//! While a thread runs, guest memory holds exactly what that thread may observe: committed values,
//! stale values where it has not seen a newer write, and its own pending stores on top. So its
//! loads need no change, and a hand-off writes only the bytes that differ between two views.

use crate::guest_memory;
use crate::run::Run;
use std::ops::Range;
use weakmem::{
    Driver, GRANULE, MAX_ACCESS, Machine, PAGE_SIZE, Reservation, StoreId, ThreadId, Timestamp,
};

fn write(addr: u64, bytes: &[u8]) {
    // SAFETY: the machine writes only granules that the guest has accessed, on pages in the image.
    // A page leaves the image before it is unmapped or protected (`syscall`).
    unsafe { guest_memory::write(addr, bytes) }
}

/// Applies the machine's changes to guest memory, and asks the run's strategy for its choices.
pub struct Guest<'a>(pub &'a mut Run);

impl Driver for Guest<'_> {
    fn read_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        self.0.strategy.read_delay(store, observer)
    }

    fn arrival_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        self.0.strategy.arrival_delay(store, observer)
    }

    /// It was kept from the thread for long enough: following registers for it costs more than it shows.
    fn read_delay_of_late(&mut self, _: StoreId, _: ThreadId) -> u64 {
        0
    }

    fn visible(&mut self, store: StoreId, write: Timestamp) {
        self.0.visible(store, write);
    }

    fn patch(&mut self, addr: u64, bytes: &[u8]) {
        write(addr, bytes);
    }
}

/// Makes memory differ from what a lost reservation loaded, so that the store-conditional fails
/// when QEMU compares the two. Returns the original bytes.
pub fn force_failure(lost: &Reservation) -> Reservation {
    let mut there = [0; MAX_ACCESS];
    let there = &mut there[..lost.bytes().len()];
    // SAFETY: the guest has loaded these bytes, and their page is still mapped: reservations end
    // when pages leave the image (`Engine::forget`).
    unsafe { guest_memory::read(lost.addr(), there) };
    let other: Vec<u8> = lost.bytes().iter().map(|byte| !byte).collect();
    write(lost.addr(), &other);
    Reservation::new(lost.addr(), there)
}

/// Undoes [`force_failure`].
pub fn undo_failure(there: &Reservation) {
    write(there.addr(), there.bytes());
}

/// Returns the content of the page that starts at the address `page`.
pub fn copy_page(page: u64) -> [u8; PAGE_SIZE] {
    let mut bytes = [0; PAGE_SIZE];
    // SAFETY: a guest thread has just accessed this page, or it is in the image.
    unsafe { guest_memory::read(page, &mut bytes) };
    bytes
}

/// All addresses.
pub const EVERYWHERE: Range<u64> = 0..u64::MAX;

/// Copies into the image what was written to these addresses without the model's knowledge (by a
/// system call, or by an instruction without callbacks).
///
/// Afterwards the running thread, if there is one, has no pending stores and sees all committed
/// writes.
pub fn resynchronise(
    machine: &mut Machine,
    running: Option<ThreadId>,
    addresses: &[Range<u64>],
    guest: &mut Guest<'_>,
) {
    guest.0.outside();
    if let Some(thread) = running {
        let found = written_over(machine, thread);
        machine.synchronise(thread, guest);
        for (addr, byte) in found {
            write(addr, &[byte]);
        }
    }
    for addresses in addresses {
        machine.refresh(addresses.clone(), |page, bytes| {
            // SAFETY: a page leaves the image before it is unmapped (`syscall`).
            unsafe { guest_memory::read(page, bytes) };
        });
    }
}

/// Returns the bytes, with their addresses, at which memory differs from the running thread's view,
/// within the granules that have a write unseen by it. [`resynchronise`] would overwrite these.
fn written_over(machine: &Machine, running: ThreadId) -> Vec<(u64, u8)> {
    let mut found = Vec::new();
    for granule in machine.unseen_granules(running) {
        let (mut expected, mut there) = ([0; GRANULE], [0; GRANULE]);
        machine.read(running, granule, &mut expected);
        // SAFETY: a page leaves the image before it is unmapped (`syscall`).
        unsafe { guest_memory::read(granule, &mut there) };
        let bytes = (granule..).zip(there.into_iter().zip(expected));
        found.extend(
            bytes
                .filter(|(_, (is, was))| is != was)
                .map(|(at, (is, _))| (at, is)),
        );
    }
    found
}

/// Returns the first byte at which memory differs from the image, as (address, expected, found).
///
/// No view may be in memory.
pub fn first_difference(machine: &Machine) -> Option<(u64, u8, u8)> {
    machine.image().pages().find_map(|(page, expected)| {
        let found = copy_page(page);
        // Compare the whole page first: nearly all pages are equal.
        if *expected == found {
            return None;
        }
        expected
            .iter()
            .zip(&found)
            .position(|(expected, found)| expected != found)
            .map(|at| (page + at as u64, expected[at], found[at]))
    })
}
