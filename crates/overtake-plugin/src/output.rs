//! A file that the plugin writes: the report, the trace, the recorded schedule.
//!
//! It is written through memory that is shared with the file. So a byte is in the file as soon as it
//! is written here, without a system call, and stays there however the guest ends. And a limit that
//! the guest sets on the size of files does not apply, because the file has room from the start.
//!
//! Zeros follow the text in the file. Its reader removes them (`emulator`).

use crate::kept::{self, Kept};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::ptr::{NonNull, null_mut};

/// The part of a long file that is in memory at a time, in bytes.
const WINDOW: usize = 1 << 20;
/// By how much a long file grows, in bytes. What is not written takes no place on the disk.
const ROOM: u64 = 256 << 20;

/// A file that is being written.
#[derive(Debug)]
pub struct Output {
    file: Kept<File>,
    /// None if the file system cannot share memory. Each part is then written on its own.
    window: Option<Window>,
    /// The size of a window, in bytes.
    width: usize,
    /// The offset in the file at which the window starts.
    start: u64,
    /// How much of the window is written, in bytes.
    used: usize,
    /// The size of the file, in bytes.
    size: u64,
}

impl Output {
    /// Creates a file of any length.
    ///
    /// # Errors
    ///
    /// The file cannot be written. The message names the file and the reason.
    pub fn create(path: &str) -> Result<Self, String> {
        Self::sized(path, WINDOW, ROOM)
    }

    /// Creates a file of less than `width` bytes.
    ///
    /// # Errors
    ///
    /// As for [`Output::create`].
    pub fn small(path: &str, width: usize) -> Result<Self, String> {
        Self::sized(path, width, width as u64)
    }

    fn sized(path: &str, width: usize, room: u64) -> Result<Self, String> {
        let mut size = 0;
        let file = Kept::make(|| {
            let options = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(path)?;
            if options.set_len(room).is_ok() {
                size = room;
            }
            Ok(kept::lasting(options))
        });
        let mut output = Self {
            file: file.map_err(|error| format!("cannot write {path}: {error}"))?,
            window: None,
            width,
            start: 0,
            used: 0,
            size,
        };
        if output.map().is_err() {
            // No zeros may follow what is written in parts.
            let _ = output.file.with(|file| file.set_len(0));
        }
        Ok(output)
    }

    /// Maps the window.
    fn map(&mut self) -> io::Result<()> {
        self.window = None;
        let (start, width, size) = (self.start, self.width, self.size);
        let (window, size) = self.file.with(|file| {
            let mut size = size;
            if start + width as u64 > size {
                size += ROOM;
                file.set_len(size)?;
            }
            io::Result::Ok((Window::map(file, start, width)?, size))
        })??;
        (self.window, self.size) = (Some(window), size);
        Ok(())
    }

    /// Returns where the last byte of a file of fixed length is, which another process may write; null if
    /// the file is not in memory.
    pub fn last_byte(&self) -> *mut u8 {
        self.window.as_ref().map_or(null_mut(), Window::last)
    }

    /// Replaces the contents by this text. Cuts off what exceeds the size.
    pub fn replace(&mut self, text: &[u8]) -> io::Result<()> {
        let text = &text[..text.len().min(self.width - 1)];
        if let Some(window) = &mut self.window {
            window.write(0, text);
            window.write(text.len(), &[0]);
            return Ok(());
        }
        self.file.with(|file| {
            file.write_all_at(text, 0)?;
            file.set_len(text.len() as u64)
        })?
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.window.is_some() && self.used == self.width {
            self.start += self.used as u64;
            self.used = 0;
            self.map()?;
        }
        let length = match &mut self.window {
            Some(window) => {
                let length = bytes.len().min(self.width - self.used);
                window.write(self.used, &bytes[..length]);
                length
            }
            None => {
                let end = self.start + self.used as u64;
                self.file.with(|file| file.write_all_at(bytes, end))??;
                bytes.len()
            }
        };
        self.used += length;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A part of a file in memory.
#[derive(Debug)]
struct Window {
    memory: NonNull<u8>,
    length: usize,
    /// The process that has it. A child of `fork` has not.
    process: u32,
}

// SAFETY: the memory belongs to the window alone.
unsafe impl Send for Window {}

impl Window {
    /// Maps a part of the file, for which there is place on the disk.
    fn map(file: &File, start: u64, length: usize) -> io::Result<Self> {
        let start = libc::off_t::try_from(start).map_err(io::Error::other)?;
        // Without a place on the disk, a write to the memory would be a SIGBUS.
        // SAFETY: the descriptor is open.
        let status =
            unsafe { libc::posix_fallocate(file.as_raw_fd(), start, length as libc::off_t) };
        if status != 0 {
            return Err(io::Error::from_raw_os_error(status));
        }
        // SAFETY: a new mapping at an address that the kernel chooses.
        let memory = unsafe {
            libc::mmap(
                null_mut(),
                length,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                start,
            )
        };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // A child of the guest writes nothing.
        // SAFETY: the mapping was just made.
        unsafe { libc::madvise(memory, length, libc::MADV_DONTFORK) };
        let memory = NonNull::new(memory.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self {
            memory,
            length,
            process: std::process::id(),
        })
    }

    fn last(&self) -> *mut u8 {
        // SAFETY: the byte is in the mapping.
        unsafe { self.memory.as_ptr().add(self.length - 1) }
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        assert!(at <= self.length && bytes.len() <= self.length - at);
        // SAFETY: the range is in the mapping, which no Rust reference points into.
        unsafe {
            std::ptr::copy_nonoverlapping(
                bytes.as_ptr(),
                self.memory.as_ptr().add(at),
                bytes.len(),
            );
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if self.process == std::process::id() {
            // SAFETY: the mapping belongs to the window.
            unsafe { libc::munmap(self.memory.as_ptr().cast(), self.length) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &std::path::Path) -> Vec<u8> {
        let bytes = std::fs::read(path).unwrap();
        let end = bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len());
        assert!(bytes[end..].iter().all(|byte| *byte == 0));
        bytes[..end].to_vec()
    }

    fn path(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("overtake-output-{}-{name}", std::process::id()))
    }

    #[test]
    fn what_is_written_is_in_the_file_at_once_across_windows() {
        let path = path("long");
        let mut output = Output::sized(path.to_str().unwrap(), 4096, 8192).unwrap();
        let mut all = Vec::new();
        for number in 0..3000 {
            let line = format!("line {number}\n");
            output.write_all(line.as_bytes()).unwrap();
            all.extend_from_slice(line.as_bytes());
        }
        assert_eq!(text(&path), all);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_text_replaces_a_longer_one_and_is_cut_off() {
        let path = path("small");
        let mut output = Output::small(path.to_str().unwrap(), 4096).unwrap();
        output.replace(b"a long text").unwrap();
        output.replace(b"short").unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.split(|byte| *byte == 0).next().unwrap(), b"short");
        output.replace(&[b'x'; 5000]).unwrap();
        assert_eq!(text(&path), [b'x'; 4095]);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_system_without_shared_memory_is_written_in_parts() {
        let mut output = Output::create("/dev/null").unwrap();
        assert!(output.window.is_none());
        output.write_all(b"text").unwrap();
        assert!(
            Output::create("/nowhere/at/all")
                .unwrap_err()
                .contains("/nowhere/at/all")
        );
    }
}
