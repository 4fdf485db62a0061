//! Memory at addresses that the program chooses, and code that it writes.

use std::ptr::null_mut;
use std::thread;

use crate::contention::{contend, error_of};

const PAGE: usize = 64 << 10;

fn map(address: usize, protection: i32, flags: i32) -> *mut u8 {
    // SAFETY: the callers replace no mapping that is in use.
    let memory = unsafe {
        libc::mmap(
            address as *mut libc::c_void,
            PAGE,
            protection,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | flags,
            -1,
            0,
        )
    };
    if memory == libc::MAP_FAILED {
        null_mut()
    } else {
        memory.cast()
    }
}

/// Mappings at fixed addresses, low and high, which two threads then use.
pub fn fixed() -> Result<String, String> {
    const FIXED_NOREPLACE: i32 = 0x10_0000;
    contend();
    let wanted = [
        0x1000_0000,
        0x7fff_0000,
        0x1_0000_0000,
        0x1_8000_0000,
        0xc0_0000_0000,
        0x100_0000_0000,
        0x1000_0000_0000,
        0x6000_0000_0000,
        0x7000_0000_0000,
        0x7ffd_0000_0000,
    ];
    let mut seen = Vec::new();
    for address in wanted {
        let memory = map(address, libc::PROT_READ | libc::PROT_WRITE, FIXED_NOREPLACE);
        let error = if memory.is_null() { error_of(-1) } else { 0 };
        if error == 0 && memory as usize == address {
            // SAFETY: the memory was just mapped, and only these two threads use it, one after the
            // other.
            unsafe {
                memory.write_volatile(7);
                let shared = memory as usize;
                thread::spawn(move || (shared as *mut u8).write_volatile(8))
                    .join()
                    .unwrap();
                seen.push((error, i32::from(memory.read_volatile())));
                libc::munmap(memory.cast(), PAGE);
            }
        } else {
            seen.push((error, -1));
        }
    }
    contend();
    Ok(format!("{seen:?}"))
}

/// A function that returns this number.
fn code(number: u16) -> Vec<u8> {
    let number = u32::from(number);
    let words: Vec<u32> = if cfg!(target_arch = "x86_64") {
        let mut bytes = vec![0xb8];
        bytes.extend(number.to_le_bytes());
        bytes.push(0xc3);
        return bytes;
    } else if cfg!(target_arch = "aarch64") {
        vec![0x5280_0000 | number << 5, 0xd65f_03c0]
    } else if cfg!(target_arch = "riscv64") {
        vec![0x0000_0513 | number << 20, 0x0000_8067]
    } else {
        vec![0x3860_0000 | number, 0x4e80_0020]
    };
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// Makes the written code visible to the processor's instruction fetch.
#[cfg_attr(
    target_arch = "x86_64",
    expect(unused_variables, reason = "x86 does it by itself")
)]
fn synchronise(code: *const u8) {
    // SAFETY: these instructions change no data.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("dc cvau, {0}", "dsb ish", "ic ivau, {0}", "dsb ish", "isb", in(reg) code);
    }
    // SAFETY: as above.
    #[cfg(target_arch = "riscv64")]
    unsafe {
        std::arch::asm!("fence.i", in("a0") code);
    }
    // SAFETY: as above.
    #[cfg(target_arch = "powerpc64")]
    unsafe {
        std::arch::asm!("dcbst 0, {0}", "sync", "icbi 0, {0}", "sync", "isync", in(reg_nonzero) code);
    }
}

/// Functions in a page of code: [`code`] needs at most eight bytes for one.
const FUNCTIONS: u16 = 512;

/// How many pages of functions [`compiler`] writes before it looks at the memory in use, and after.
/// QEMU flushes its translations (128 MiB) after about 850 pages.
const PAGES: [u16; 2] = [1000, 1000];

/// How much more memory may ever have been in use after the second pages, in KiB.
const MOST_GROWN: u64 = 96 * 1024;

/// A compiler at run time that makes a million functions, each at an address with bytes that were not
/// there before. What the emulator keeps of old code must not grow without bound.
pub fn compiler() -> Result<String, String> {
    let all = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
    let memory = map(0, all, 0);
    if memory.is_null() {
        return Err(std::io::Error::last_os_error().to_string());
    }
    contend();
    let mut peaks = [0; 2];
    let mut page = 0;
    for (pages, peak) in PAGES.into_iter().zip(&mut peaks) {
        for _ in 0..pages {
            compile(memory, page)?;
            page += 1;
        }
        *peak = peak_memory()?;
    }
    contend();
    let [first, second] = peaks;
    if second > first + MOST_GROWN {
        return Err(format!("{first} KiB became {second} KiB"));
    }
    Ok(format!("{page} pages of code"))
}

/// Fills the page with functions that it did not hold before, and calls each.
fn compile(memory: *mut u8, page: u16) -> Result<(), String> {
    // 2,048: what RISC-V's `addi` can hold.
    let number = |function: u16| (page + 7 * function) % 2048;
    for function in 0..FUNCTIONS {
        let code = code(number(function));
        let at = usize::from(function) * 8;
        // SAFETY: the page holds 512 functions of eight bytes.
        unsafe {
            let to = memory.add(at);
            to.copy_from_nonoverlapping(code.as_ptr(), code.len());
            synchronise(to);
        }
    }
    for function in 0..FUNCTIONS {
        // SAFETY: the page holds the code of a function of this type there.
        let result = unsafe {
            let at = memory.add(usize::from(function) * 8);
            let function: extern "C" fn() -> u32 = std::mem::transmute(at);
            function()
        };
        if result != u32::from(number(function)) {
            return Err(format!("page {page}, function {function}: {result}"));
        }
    }
    Ok(())
}

/// The most memory that the process has used, the emulator's included, in KiB.
fn peak_memory() -> Result<u64, String> {
    let status = std::fs::read_to_string("/proc/self/status").map_err(|it| it.to_string())?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.trim().strip_suffix(" kB")?.trim().parse().ok())
        .ok_or_else(|| "no VmHWM in /proc/self/status".to_owned())
}

/// A compiler at run time, which writes over its code.
pub fn rewritten_code() -> Result<String, String> {
    let all = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
    let memory = map(0, all, 0);
    if memory.is_null() {
        return Err(std::io::Error::last_os_error().to_string());
    }
    contend();
    let mut sum = 0;
    for round in 0..200 {
        let number = round % 7;
        let code = code(number);
        // SAFETY: the memory is ours, is large enough, and holds the code of a function of this type
        // when it is called.
        let result = unsafe {
            memory.copy_from_nonoverlapping(code.as_ptr(), code.len());
            synchronise(memory);
            let function: extern "C" fn() -> u32 = std::mem::transmute(memory);
            function()
        };
        if result != u32::from(number) {
            return Err(format!("round {round}: {result}"));
        }
        sum += result;
    }
    contend();
    Ok(format!("sum {sum}"))
}
