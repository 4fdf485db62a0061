//! A thread touches a page that only another thread has used.
//!
//! overtake commits stores to such an own page at once. When the page becomes shared, a reader of
//! the page sees these stores, so it must also see the stores that are ordered before them, even
//! if those were still pending. The access right after the touch is the critical one, so both are
//! in inline assembly, with no branch between them.

use std::arch::asm;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use crate::memory::{self, SLOT};
use crate::steps::{Steps, dawdle, never};

const ROUNDS: u32 = 60;

/// The writer stores a datum, then its offset on the page. A thread that loads the offset, and then
/// from there, must find the datum, by an address dependency.
pub fn address() -> Result<String, String> {
    let mut stale = 0;
    touch_in_each_round(1, |page, data, slot| {
        let offset = (slot * size_of::<AtomicU32>()) as u32;
        // If no offset was found (0), the load is of the first word, which was stored before the
        // first round.
        let (found, datum) = load_offset_and_datum(page, data);
        assert!(found == 0 || found == offset, "{found} is no offset");
        stale += u32::from(datum == 0);
    })?;
    never("the offset is there and the datum is not", stale, ROUNDS)
}

/// The writer stores 10, then uses the page. The other thread touches the page, then adds 1. If
/// the addition found 0, the 10 is stored after it, and stays.
pub fn atomic() -> Result<String, String> {
    let mut lost = Vec::new();
    let data = touch_in_each_round(10, |page, data, slot| {
        if load_and_increment(page, &data[slot]) == Some(0) {
            lost.push(slot);
        }
    })?;
    // Relaxed: the writer has ended.
    lost.retain(|&slot| data[slot].load(Ordering::Relaxed) != 10);
    never("10 was lost", lost.len() as u32, ROUNDS)
}

/// Runs the rounds, and returns all slots.
///
/// In each round, the writer stores `datum` to a slot, then the slot's offset in bytes to a page
/// that only it has used. `touch` gets the page, all slots, and the number of the slot.
fn touch_in_each_round(
    datum: u32,
    mut touch: impl FnMut(&AtomicU32, &[AtomicU32], usize),
) -> Result<&'static [AtomicU32], String> {
    let data = memory::pages(1)?;
    let pages = memory::pages(ROUNDS as usize)?;
    let slot = |round: u32| (round as usize + 1) * SLOT;
    let page = |round: u32| &pages[round as usize * memory::WORDS];
    // Relaxed: before the threads start.
    data[0].store(datum, Ordering::Relaxed);
    let (writer, reader) = (Steps::new(), Steps::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS {
                let slot = slot(round);
                // Relaxed: it only makes the page this thread's. Relaxed below: the barrier
                // orders the two stores.
                page(round).load(Ordering::Relaxed);
                writer.announce(round + 1);
                data[slot].store(datum, Ordering::Relaxed);
                write_barrier();
                page(round).store((slot * size_of::<AtomicU32>()) as u32, Ordering::Relaxed);
                reader.wait(round + 1);
            }
        });
        for round in 0..ROUNDS {
            writer.wait(round + 1);
            dawdle(20);
            touch(page(round), data, slot(round));
            reader.announce(round + 1);
        }
    });
    Ok(data)
}

/// Orders later stores after earlier ones.
fn write_barrier() {
    // SAFETY: an instruction that only orders memory accesses. x86-64 keeps stores in order
    // anyway; there it is a barrier for the compiler only.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!("dmb ishst", options(nostack, preserves_flags));
        #[cfg(target_arch = "riscv64")]
        asm!("fence w,w", options(nostack, preserves_flags));
        #[cfg(target_arch = "powerpc64")]
        asm!("lwsync", options(nostack, preserves_flags));
        #[cfg(target_arch = "x86_64")]
        asm!("", options(nostack, preserves_flags));
    }
}

/// Loads an offset, then the datum at that offset: the second address depends on the first load.
fn load_offset_and_datum(page: &AtomicU32, data: &[AtomicU32]) -> (u32, u32) {
    let (offset, datum): (u32, u32);
    // SAFETY: an aligned word that lives, and the offset of another one, or 0. Only atomic
    // instructions access both.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!(
            "ldr {offset:w}, [{page}]",
            "ldr {datum:w}, [{data}, {offset:x}]",
            offset = out(reg) offset, datum = out(reg) datum,
            page = in(reg) page.as_ptr(), data = in(reg) data.as_ptr(),
        );
        #[cfg(target_arch = "riscv64")]
        asm!(
            "lwu {offset}, 0({page})",
            "add {datum}, {data}, {offset}",
            "lw {datum}, 0({datum})",
            offset = out(reg) offset, datum = out(reg) datum,
            page = in(reg) page.as_ptr(), data = in(reg) data.as_ptr(),
        );
        #[cfg(target_arch = "powerpc64")]
        asm!(
            "lwz {offset}, 0({page})",
            "lwzx {datum}, {data}, {offset}",
            offset = out(reg) offset, datum = out(reg) datum,
            page = in(reg_nonzero) page.as_ptr(), data = in(reg_nonzero) data.as_ptr(),
        );
        #[cfg(target_arch = "x86_64")]
        asm!(
            "mov {offset:e}, dword ptr [{page}]",
            "mov {datum:e}, dword ptr [{data} + {offset:r}]",
            offset = out(reg) offset, datum = out(reg) datum,
            page = in(reg) page.as_ptr(), data = in(reg) data.as_ptr(),
        );
    }
    (offset, datum)
}

/// Loads from the page, then adds 1 to the datum. Returns the datum before, or nothing if a
/// store-conditional failed.
///
/// The atomic is one instruction if the architecture has one.
fn load_and_increment(page: &AtomicU32, datum: &AtomicU32) -> Option<u32> {
    let (found, failed): (u32, u32);
    // SAFETY: aligned words that live, accessed by atomic instructions only.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!(
            ".arch_extension lse",
            "ldr {failed:w}, [{page}]",
            "ldadd {one:w}, {found:w}, [{datum}]",
            "mov {failed:w}, wzr",
            one = in(reg) 1, found = out(reg) found, failed = out(reg) failed,
            page = in(reg) page.as_ptr(), datum = in(reg) datum.as_ptr(),
        );
        #[cfg(target_arch = "riscv64")]
        asm!(
            "lw {failed}, 0({page})",
            "amoadd.w {found}, {one}, ({datum})",
            "mv {failed}, zero",
            one = in(reg) 1, found = out(reg) found, failed = out(reg) failed,
            page = in(reg) page.as_ptr(), datum = in(reg) datum.as_ptr(),
        );
        #[cfg(target_arch = "powerpc64")]
        asm!(
            "lwz {failed}, 0({page})",
            "lwarx {found}, 0, {datum}",
            "addi {sum}, {found}, 1",
            "stwcx. {sum}, 0, {datum}",
            "li {failed}, 0",
            "beq 0, 2f",
            "li {failed}, 1",
            "2:",
            found = out(reg) found, failed = out(reg) failed, sum = out(reg_nonzero) _,
            page = in(reg_nonzero) page.as_ptr(), datum = in(reg_nonzero) datum.as_ptr(),
            out("cr0") _,
        );
        #[cfg(target_arch = "x86_64")]
        asm!(
            "mov {failed:e}, dword ptr [{page}]",
            "lock xadd dword ptr [{datum}], {found:e}",
            "xor {failed:e}, {failed:e}",
            found = inout(reg) 1_u32 => found, failed = out(reg) failed,
            page = in(reg) page.as_ptr(), datum = in(reg) datum.as_ptr(),
        );
    }
    (failed == 0).then_some(found)
}
