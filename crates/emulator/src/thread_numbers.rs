//! Whether the numbers that the kernel gives to threads decide what a program does.
//!
//! With glibc 2.41 (Debian 13) a program with threads runs other instructions if its threads have other numbers:
//! the same seed then gives another run, unless the process has a namespace of numbers of its own. With glibc
//! 2.36 it does not. `ci/real-programs` shows both.

use std::fs;
use std::path::Path;

use memchr::memmem;

use crate::interpreter::file_of;
use crate::qemu::Qemu;

/// The first version of glibc 2 that uses them.
const FIRST: u32 = 39;
/// What glibc's dynamic loader says of itself before its version.
const VERSION: &[u8] = b"release version 2.";

/// Whether the program's C library uses the numbers of its threads.
pub fn are_used(program: &Path, qemu: &Qemu) -> bool {
    let loader = file_of(program, qemu).and_then(|path| fs::read(path).ok());
    let version = loader.as_deref().and_then(version_of);
    version.is_some_and(|it| it >= FIRST)
}

/// The version of glibc 2 that a dynamic loader belongs to.
fn version_of(loader: &[u8]) -> Option<u32> {
    let start = memmem::find(loader, VERSION)? + VERSION.len();
    let digits = loader[start..].iter().take_while(|it| it.is_ascii_digit());
    digits.fold(None, |number, digit| {
        Some(number.unwrap_or(0) * 10 + u32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_says_its_version() {
        let version = |text: &str| version_of(text.as_bytes());
        let debian = "\0ld.so (Debian GLIBC 2.41-12) stable release version 2.41.\n\0";
        assert_eq!(version(debian), Some(41));
        assert_eq!(version("stable release version 2.9"), Some(9));
        assert_eq!(version("release version 2."), None);
        assert_eq!(version("musl libc"), None);
    }
}
