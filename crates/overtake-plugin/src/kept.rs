//! Values that live on the I/O thread.

use crate::io_thread::{Absent, run};
use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd};

/// Descriptors from this number on hold what is open for the whole run. The numbers below it stay
/// free for files that are opened later, when the guest may have lowered the limit.
const LASTING: i32 = 64;

/// Moves a file of the I/O thread that stays open for the whole run out of the way of others.
pub fn lasting(file: File) -> File {
    // SAFETY: the descriptor is open. The new one, if there is one, is owned by the new file only.
    unsafe {
        match libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, LASTING) {
            // The limit is lower than that.
            -1 => file,
            moved => File::from_raw_fd(moved),
        }
    }
}

/// A value that lives on the I/O thread, such as a file: its descriptor means something only there.
#[derive(Debug)]
pub struct Kept<T: Send> {
    value: ManuallyDrop<T>,
    /// The process whose I/O thread has it.
    process: u32,
}

impl<T: Send> Kept<T> {
    /// Makes the value on the I/O thread.
    ///
    /// # Errors
    ///
    /// There is no I/O thread, or `make` fails.
    pub fn make(make: impl FnOnce() -> io::Result<T> + Send) -> io::Result<Self> {
        Ok(Self {
            value: ManuallyDrop::new(run(make)??),
            process: std::process::id(),
        })
    }

    /// Uses the value on the I/O thread.
    ///
    /// # Errors
    ///
    /// There is no I/O thread, or this process is a child of the one that made the value.
    pub fn with<R: Send>(&mut self, work: impl FnOnce(&mut T) -> R + Send) -> Result<R, Absent> {
        if self.process != std::process::id() {
            return Err(Absent);
        }
        let value = &mut *self.value;
        run(|| work(value))
    }
}

impl<T: Send> Drop for Kept<T> {
    fn drop(&mut self) {
        if self.process == std::process::id() {
            // SAFETY: the value is not used after this.
            let value = unsafe { ManuallyDrop::take(&mut self.value) };
            // If there is no I/O thread any more, its descriptors are gone too.
            let _ = run(|| drop(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io_thread;

    #[test]
    #[cfg_attr(
        not(target_arch = "x86_64"),
        ignore = "QEMU's user mode makes no thread with descriptors of its own"
    )]
    fn files_of_the_io_thread_are_in_no_other_threads_table() {
        let mut kept = Kept::make(|| File::open("/proc/self/stat").map(lasting)).unwrap();
        let number = kept.with(|file| file.as_raw_fd()).unwrap();
        assert!(number >= LASTING);
        // SAFETY: the call changes nothing.
        let here = unsafe { libc::fcntl(number, libc::F_GETFD) };
        let there = kept
            // SAFETY: as above.
            .with(|file| unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFD) })
            .unwrap();
        assert_eq!((here, there), (-1, libc::FD_CLOEXEC));
    }

    #[test]
    #[cfg_attr(
        not(target_arch = "x86_64"),
        ignore = "QEMU 7.2 starts no thread in a child of a process that has several"
    )]
    fn a_child_starts_an_io_thread_of_its_own_and_reaches_none_of_its_parents() {
        let mut kept = Kept::make(|| File::open("/proc/self/stat")).unwrap();
        // SAFETY: the child runs only this code, and the C library restores its locks in the child.
        let child = unsafe { libc::fork() };
        if child == 0 {
            io_thread::forget();
            let good = kept.with(|_| ()) == Err(Absent) && run(|| 7) == Ok(7);
            // SAFETY: no preconditions.
            unsafe { libc::_exit(i32::from(!good)) };
        }
        let mut status = 0;
        // SAFETY: `status` is valid for the call.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    }
}
