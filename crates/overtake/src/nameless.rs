//! A guest of overtake's own, as a file without a name.
//!
//! A program can read its own path, and C libraries do before `main` (`/proc/self/exe`,
//! `/proc/self/maps`): how long the path is decides where the heap begins, and so the run. So that
//! the same seed gives the same run wherever the guests lie, they are started from memory.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use rustix::fs::{MemfdFlags, memfd_create};

/// Adds the guest at `path` to QEMU's command, by standard input, which these guests do not read. Its
/// first argument is `name`.
pub fn add(path: &Path, name: &str, command: &mut Command) -> io::Result<()> {
    let bytes = fs::read(path)?;
    let mut file: fs::File = memfd_create(name, MemfdFlags::CLOEXEC)?.into();
    file.write_all(&bytes)?;
    command
        .args(["-0", name])
        .arg("/proc/self/fd/0")
        .stdin(file);
    Ok(())
}
