//! Words in newly mapped memory. No thread touches a page before the mode does, so the mode alone
//! decides which threads share a page.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::ptr;
use std::sync::atomic::AtomicU32;

use overtake_guests::pages::PAGE;

/// The number of words on a page.
pub const WORDS: usize = PAGE / 4;

/// The number of words from one slot to the next. No two slots are on one cache line.
pub const SLOT: usize = 16;

/// Maps `count` pages of zeros. They are never unmapped.
pub fn pages(count: usize) -> Result<&'static [AtomicU32], String> {
    map(count, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1)
}

/// Maps one page of a file, as `MAP_SHARED`. It is never unmapped.
pub fn page_of(file: &File) -> Result<&'static [AtomicU32], String> {
    map(1, libc::MAP_SHARED, file.as_raw_fd())
}

fn map(
    pages: usize,
    flags: libc::c_int,
    file: libc::c_int,
) -> Result<&'static [AtomicU32], String> {
    // SAFETY: a new mapping, at an address that the kernel chooses.
    let start = unsafe {
        libc::mmap(
            ptr::null_mut(),
            pages * PAGE,
            libc::PROT_READ | libc::PROT_WRITE,
            flags,
            file,
            0,
        )
    };
    if start == libc::MAP_FAILED {
        return Err(last_error("mmap"));
    }
    // SAFETY: never unmapped, of this length, initialised by the kernel, and used atomically. A
    // page of a file is there as long as the file has it: after `truncate` nobody uses it.
    Ok(unsafe { std::slice::from_raw_parts(start.cast(), pages * WORDS) })
}

/// Creates a file in memory, one page long.
pub fn file() -> Result<File, String> {
    // SAFETY: the name is a C string.
    let file = unsafe { libc::memfd_create(c"forbidden".as_ptr(), 0) };
    if file < 0 {
        return Err(last_error("memfd_create"));
    }
    // SAFETY: it has just been opened, and nothing else owns it.
    let file = unsafe { File::from_raw_fd(file) };
    file.set_len(PAGE as u64)
        .map_err(|error| format!("ftruncate: {error}"))?;
    Ok(file)
}

/// Describes the error of the last system call.
pub fn last_error(call: &str) -> String {
    format!("{call}: {}", io::Error::last_os_error())
}
