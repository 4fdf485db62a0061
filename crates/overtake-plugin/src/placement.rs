//! Where QEMU 9 and 10 put what an x86_64 guest maps.
//!
//! For the other targets an address space is reserved (`-R`), and QEMU places the guest's mappings in
//! it, the same in every run. For x86_64 it refuses that. QEMU 7 and 8 then search from a fixed address
//! upwards. QEMU 9 and 10 leave the choice to the kernel (`target_mmap__locked` in
//! linux-user/mmap.c), and so a mapping lies somewhere else in each run.
//!
//! So the plugin answers QEMU's own calls of `mmap64` that leave the choice to the kernel: it asks
//! for addresses from a fixed one upwards. It does so in the table through which QEMU's program
//! calls the C library. (What the libraries map for themselves does not come this way.)

use std::ffi::{CStr, c_int, c_void};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// The first address: near those that the kernel chooses, so that programs which want fixed ones, as
/// sanitizers do, leave it free.
const FIRST: u64 = 0x7e80_0000_0000;
/// The end: with the usual 28 random bits the kernel places nothing below.
const END: u64 = 0x7ef0_0000_0000;
const PAGE: u64 = 4096;

/// The next address. Relaxed: QEMU maps the guest's memory under a lock.
static NEXT: AtomicU64 = AtomicU64::new(FIRST);
/// Whether the kernel chooses nevertheless. Relaxed: it is set before there is guest code.
static FAILED: AtomicBool = AtomicBool::new(false);

/// `mmap64`, as QEMU's program calls it.
type Mmap = unsafe extern "C" fn(*mut c_void, usize, c_int, c_int, c_int, i64) -> *mut c_void;

/// Places what the guest maps from now on.
pub fn begin() {
    let replaced = slot(c"mmap64").is_some_and(replace);
    FAILED.store(!replaced, Relaxed);
}

/// Whether the kernel chooses the places of the guest's mappings.
pub fn failed() -> bool {
    FAILED.load(Relaxed)
}

/// Replaces the function. Returns false if the kernel refuses.
fn replace(slot: u64) -> bool {
    let (page, length) = (slot & !(PAGE - 1), PAGE as usize);
    let page = page as *mut c_void;
    // SAFETY: the slot holds the address of `mmap64`. It is on a page of QEMU's program that is
    // only read once the program has been linked, and becomes that again. No other thread calls.
    unsafe {
        if libc::mprotect(page, length, libc::PROT_READ | libc::PROT_WRITE) != 0 {
            return false;
        }
        (slot as *mut Mmap).write(mmap);
        libc::mprotect(page, length, libc::PROT_READ) == 0
    }
}

unsafe extern "C" fn mmap(
    addr: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    descriptor: c_int,
    offset: i64,
) -> *mut c_void {
    let addr = if addr.is_null() && flags & libc::MAP_FIXED == 0 {
        place(length as u64)
    } else {
        addr
    };
    // SAFETY: the caller's arguments, but for an address that is a wish only.
    unsafe { libc::mmap64(addr, length, protection, flags, descriptor, offset) }
}

/// Returns the address for a mapping of this length; none if no room is left.
fn place(length: u64) -> *mut c_void {
    let next = |next: u64| {
        let end = next.checked_add(length)?.checked_next_multiple_of(PAGE)?;
        (end <= END).then_some(end)
    };
    let place = NEXT.fetch_update(Relaxed, Relaxed, next);
    place.unwrap_or_default() as *mut c_void
}

/// Returns the address of the word that holds the address of a function, in the main program.
fn slot(name: &CStr) -> Option<u64> {
    struct Search<'a> {
        name: &'a CStr,
        slot: Option<u64>,
    }
    extern "C" fn first(info: *mut libc::dl_phdr_info, _: usize, search: *mut c_void) -> c_int {
        // SAFETY: the C library passes a valid description, and what `slot` passed to it.
        unsafe {
            let search = &mut *search.cast::<Search>();
            search.slot = slot_in(&*info, search.name);
        }
        // The main program is the first one, and the only one that matters.
        1
    }
    let mut search = Search { name, slot: None };
    // SAFETY: `first` uses what is passed to it as what it is.
    unsafe { libc::dl_iterate_phdr(Some(first), (&raw mut search).cast()) };
    search.slot
}

/// # Safety
///
/// The description is that of a program that has been linked.
unsafe fn slot_in(info: &libc::dl_phdr_info, name: &CStr) -> Option<u64> {
    const DYNAMIC: u32 = libc::PT_DYNAMIC;
    // The tags of an entry of the dynamic section.
    const END: u64 = 0;
    const SIZE: u64 = 2;
    const STRINGS: u64 = 5;
    const SYMBOLS: u64 = 6;
    const RELOCATIONS: u64 = 23;
    // SAFETY: the tables are as the ELF format says.
    unsafe {
        let headers = std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into());
        let dynamic = headers.iter().find(|it| it.p_type == DYNAMIC)?;
        let mut entry = (info.dlpi_addr + dynamic.p_vaddr) as *const [u64; 2];
        let [mut size, mut strings, mut symbols, mut relocations] = [0; 4];
        loop {
            let [tag, value] = entry.read();
            match tag {
                END => break,
                SIZE => size = value,
                STRINGS => strings = value,
                SYMBOLS => symbols = value,
                RELOCATIONS => relocations = value,
                _ => {}
            }
            entry = entry.add(1);
        }
        if [strings, symbols, relocations].contains(&0) {
            return None;
        }
        // `Elf64_Rela`: the slot, the symbol in the upper half, an addend.
        let relocations = relocations as *const [u64; 3];
        (0..size as usize / 24).find_map(|index| {
            let [slot, symbol, _] = relocations.add(index).read();
            let symbol = (symbols as *const libc::Elf64_Sym).add((symbol >> 32) as usize);
            let found = CStr::from_ptr((strings + u64::from((*symbol).st_name)) as *const _);
            (found == name).then_some(info.dlpi_addr + slot)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_follow_each_other() {
        let first = place(5);
        assert_eq!(place(PAGE), first.wrapping_byte_add(PAGE as usize));
        assert!(place(END).is_null());
    }
}
