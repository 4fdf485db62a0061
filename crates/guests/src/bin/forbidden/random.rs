//! The kernel's random numbers, which must be different in every process.

use std::io::{self, Read as _};
use std::os::fd::AsRawFd as _;
use std::ptr;
use std::thread;

use crate::memory::last_error;

/// A process and its forked children ask for random numbers.
pub fn random() -> Result<String, String> {
    all_different(ask)
}

/// The same, each in the first thread that it starts.
pub fn random_of_threads() -> Result<String, String> {
    all_different(|| thread::spawn(ask).join().unwrap_or(0))
}

fn all_different(ask: fn() -> u64) -> Result<String, String> {
    const CHILDREN: usize = 3;

    let (mut reader, writer) = io::pipe().map_err(|error| format!("pipe: {error}"))?;
    let mut numbers = Vec::new();
    for _ in 0..CHILDREN {
        // SAFETY: this is the only thread, so the child may do anything. It never returns.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let number = ask().to_ne_bytes();
            // SAFETY: as above; `number` has this length.
            unsafe {
                libc::write(writer.as_raw_fd(), number.as_ptr().cast(), number.len());
                libc::_exit(0);
            }
        }
        if child < 0 {
            return Err(last_error("fork"));
        }
        let mut number = [0; 8];
        reader
            .read_exact(&mut number)
            .map_err(|error| format!("read: {error}"))?;
        numbers.push(u64::from_ne_bytes(number));
        // SAFETY: the child exists until `waitpid` returns, and a null status is allowed.
        if unsafe { libc::waitpid(child, ptr::null_mut(), 0) } != child {
            return Err(last_error("waitpid"));
        }
    }
    numbers.push(ask());
    let asked = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() == asked && numbers[0] != 0 {
        Ok(format!("{asked} numbers, all different"))
    } else {
        Err(format!("{asked} numbers, of them different: {numbers:x?}"))
    }
}

/// Returns a random number, or 0 if there is none.
fn ask() -> u64 {
    let mut number = 0_u64;
    // SAFETY: `number` is valid for a write of this length.
    unsafe { libc::getrandom((&raw mut number).cast(), 8, 0) };
    number
}
