//! Guest memory, read and written from the plugin.
//!
//! QEMU's user mode maps guest memory into its own process: guest address plus `guest_base` is a
//! host address. The base is the same for the whole run and is learnt at the first translation, before
//! the guest's first system call.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where guest address 0 would be in the host's address space.
static GUEST_BASE: AtomicU64 = AtomicU64::new(0);

/// Sets the base; called once, when QEMU translates the first block.
pub fn set_base(host: u64, guest: u64) {
    // Relaxed: there is one guest thread; the others are its children.
    GUEST_BASE.store(host.wrapping_sub(guest), Ordering::Relaxed);
}

fn host(addr: u64) -> *mut u8 {
    GUEST_BASE.load(Ordering::Relaxed).wrapping_add(addr) as *mut u8
}

/// The guest's address of what is at this address of the host.
pub fn guest_address(host: u64) -> u64 {
    host.wrapping_sub(GUEST_BASE.load(Ordering::Relaxed))
}

/// Fills `out` with guest memory from `addr` on.
///
/// # Safety
///
/// The bytes are mapped and readable, and no other thread writes them through Rust.
pub unsafe fn read(addr: u64, out: &mut [u8]) {
    // SAFETY: mapped by the caller's promise; guest memory overlaps no Rust object.
    unsafe { std::ptr::copy_nonoverlapping(host(addr), out.as_mut_ptr(), out.len()) }
}

/// Guest memory from `addr` on, if all of it is mapped: the kernel looks, by writing it into a pipe.
pub fn read_if_mapped(addr: u64, length: usize) -> Option<Vec<u8>> {
    let (mut reader, writer) = std::io::pipe().ok()?;
    // SAFETY: the kernel checks the address; a pipe holds more than `mark::LONGEST` bytes.
    let written = unsafe { libc::write(writer.as_raw_fd(), host(addr).cast(), length) };
    drop(writer);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).ok()?;
    (usize::try_from(written) == Ok(length)).then_some(bytes)
}

/// Writes `bytes` to guest memory at `addr`.
///
/// # Safety
///
/// The bytes are mapped; they are writable, or write-protected by QEMU because the page holds
/// translated code (its fault handler then lets the write through).
pub unsafe fn write(addr: u64, bytes: &[u8]) {
    // SAFETY: as above.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), host(addr), bytes.len()) }
}

/// Where the mapping that holds `addr` ends, as the host's kernel has it.
pub fn mapping_end(addr: u64) -> Option<u64> {
    let address = host(addr) as u64;
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    maps.lines().find_map(|line| {
        let (start, end) = line.split_once(' ')?.0.split_once('-')?;
        let start = u64::from_str_radix(start, 16).ok()?;
        let end = u64::from_str_radix(end, 16).ok()?;
        (start..end)
            .contains(&address)
            .then(|| addr + (end - address))
    })
}
