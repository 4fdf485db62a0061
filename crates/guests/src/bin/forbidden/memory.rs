//! Words in memory that is mapped for them. Nothing touches a page before the mode does, so the
//! mode alone decides which pages are shared between threads.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::ptr;
use std::sync::atomic::AtomicU32;

use overtake_guests::pages::PAGE;

/// Words on a page.
pub const WORDS: usize = PAGE / 4;

/// Words from one slot to the next: no two slots on one cache line.
pub const SLOT: usize = 16;

/// So many pages of zeros. They are never unmapped.
pub fn pages(count: usize) -> Result<&'static [AtomicU32], String> {
    map(count, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1)
}

/// One page of a file, shared with everything that uses the file. It is never unmapped.
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
    // SAFETY: mapped for ever, as long as said, initialised by the kernel, and used atomically.
    // A page of a file is as long as the file, until `truncate`, which then leaves it alone.
    Ok(unsafe { std::slice::from_raw_parts(start.cast(), pages * WORDS) })
}

/// A file in memory, one page long.
pub fn file() -> Result<File, String> {
    // SAFETY: the name is a C string.
    let file = unsafe { libc::memfd_create(c"forbidden".as_ptr(), 0) };
    if file < 0 {
        return Err(last_error("memfd_create"));
    }
    // SAFETY: it has just been opened, and belongs to nobody else.
    let file = unsafe { File::from_raw_fd(file) };
    file.set_len(PAGE as u64)
        .map_err(|error| format!("ftruncate: {error}"))?;
    Ok(file)
}

/// What went wrong with the call that was made last.
pub fn last_error(call: &str) -> String {
    format!("{call}: {}", io::Error::last_os_error())
}
