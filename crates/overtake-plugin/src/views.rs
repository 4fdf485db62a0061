//! Whose view is in guest memory, and how it is changed.
//!
//! While a thread runs, guest memory holds the committed values under that thread's pending
//! stores. So its loads need no help, and a hand-off writes only bytes that are pending.

use crate::guest_memory;
use weakmem::{MAX_ACCESS, Machine, PAGE_SIZE, Reservation, ThreadId};

fn write(addr: u64, bytes: &[u8]) {
    // SAFETY: only bytes of stores that the guest made are written, on pages in the image; a page
    // leaves the image before it is unmapped or protected (`syscall`).
    unsafe { guest_memory::write(addr, bytes) }
}

/// Takes a thread's view out: memory holds the committed values.
pub fn leave(machine: &Machine, thread: ThreadId) {
    machine.leave(thread, write);
}

/// Puts a thread's view into memory that holds the committed values.
pub fn enter(machine: &Machine, thread: ThreadId) {
    machine.enter(thread, write);
}

/// One round in which stores become visible, while memory holds the committed values.
pub fn propagate(machine: &mut Machine) {
    machine.propagate(write);
}

/// Commits all pending stores of all threads while `running`'s view is in memory.
pub fn drain_everyone(machine: &mut Machine, running: ThreadId, threads: ThreadId) {
    for other in (0..threads).filter(|other| *other != running) {
        drain_other(machine, running, other);
    }
    machine.drain(running);
}

/// Commits all pending stores of `other` while `running`'s view is in memory.
pub fn drain_other(machine: &mut Machine, running: ThreadId, other: ThreadId) {
    if machine.buffer(other).is_empty() {
        return;
    }
    enter(machine, other);
    machine.drain(other);
    // The running thread's own stores are later in coherence order.
    enter(machine, running);
}

/// Makes memory differ from what a lost reservation loaded, so that QEMU, which compares the two,
/// lets the store-conditional fail. Returns what was there.
pub fn spoil(lost: &Reservation) -> Reservation {
    let mut there = [0; MAX_ACCESS];
    let there = &mut there[..lost.bytes().len()];
    // SAFETY: the guest has loaded these bytes, and their page is still mapped: reservations end
    // when pages leave the image (`Engine::forget`).
    unsafe { guest_memory::read(lost.addr(), there) };
    let other: Vec<u8> = lost.bytes().iter().map(|byte| !byte).collect();
    write(lost.addr(), &other);
    Reservation::new(lost.addr(), there)
}

/// Undoes [`spoil`].
pub fn mend(there: &Reservation) {
    write(there.addr(), there.bytes());
}

/// The page that starts at `page`, as it is in memory.
pub fn copy_page(page: u64) -> [u8; PAGE_SIZE] {
    let mut bytes = [0; PAGE_SIZE];
    // SAFETY: a guest thread has just accessed this page, or it is in the image.
    unsafe { guest_memory::read(page, &mut bytes) };
    bytes
}

/// Takes over what was written behind the model's back (by a system call, or by an instruction
/// without callbacks), when no pending store is in memory.
pub fn resynchronise(machine: &mut Machine) {
    for (page, bytes) in machine.image_mut().pages_mut() {
        // SAFETY: a page leaves the image before it is unmapped (`syscall`).
        unsafe { guest_memory::read(page, bytes) };
    }
}

/// The first byte at which memory is not what the image says, when no pending store is in
/// memory: (address, expected, found).
pub fn first_difference(machine: &Machine) -> Option<(u64, u8, u8)> {
    machine.image().pages().find_map(|(page, expected)| {
        let found = copy_page(page);
        expected
            .iter()
            .zip(&found)
            .position(|(expected, found)| expected != found)
            .map(|at| (page + at as u64, expected[at], found[at]))
    })
}
