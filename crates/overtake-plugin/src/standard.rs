//! Standard output and standard error of the guest, in a copy that the fork server makes.
//!
//! The output of each copy goes to files of its own. So where the guest's descriptors refer to what
//! were its standard output and standard error at the start, they refer to these files in the copy.
//! The guest may have closed them before its first thread, or copied them to other numbers.

use std::fs::{File, OpenOptions};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::sync::OnceLock;

/// Descriptors from this number on are not looked at.
const NUMBERS: i32 = 4096;

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// Standard output.
    Output = 0,
    /// Standard error.
    Error = 1,
}

/// The identity of an open file: its device and inode.
type Identity = (u64, u64);

/// What the two referred to when QEMU was started.
static AT_START: OnceLock<[Option<Identity>; 2]> = OnceLock::new();

/// Notes what the guest's standard output and standard error are, at the start.
pub fn note() {
    let _ = AT_START.set([1, 2].map(identity));
}

fn identity(descriptor: i32) -> Option<Identity> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the call sets `status` if it succeeds.
    unsafe {
        (libc::fstat(descriptor, status.as_mut_ptr()) == 0).then(|| {
            let status = status.assume_init();
            (status.st_dev, status.st_ino)
        })
    }
}

/// Lets the guest's descriptors refer to this file, where they refer to what one of the two was at
/// the start. Called while no guest code runs.
pub fn redirect(which: Standard, path: &str) -> io::Result<()> {
    let at_start = AT_START.get().and_then(|it| it[which as usize]);
    redirect_from(at_start, path)
}

fn redirect_from(at_start: Option<Identity>, path: &str) -> io::Result<()> {
    let refers = |number: &i32| at_start.is_some() && identity(*number) == at_start;
    let all: Vec<i32> = (0..NUMBERS).filter(refers).collect();
    let Some(first) = all.first() else {
        return Ok(());
    };
    let open = || OpenOptions::new().append(true).create(true).open(path);
    let file = match open() {
        Err(error) if error.raw_os_error() == Some(libc::EMFILE) => {
            // SAFETY: the number is used again below.
            unsafe { libc::close(*first) };
            open()?
        }
        other => other?,
    };
    for number in &all {
        refer(&file, *number)?;
    }
    if all.contains(&file.as_raw_fd()) {
        // It stays open under its own number.
        let _ = file.into_raw_fd();
    }
    Ok(())
}

/// Lets a number refer to the file. A program that the guest executes inherits it if it inherited
/// what the number referred to before.
fn refer(file: &File, number: i32) -> io::Result<()> {
    // SAFETY: the calls affect the number only.
    unsafe {
        let flags = libc::fcntl(number, libc::F_GETFD).max(0);
        let status = if number == file.as_raw_fd() {
            libc::fcntl(number, libc::F_SETFD, 0)
        } else {
            let close = if flags & libc::FD_CLOEXEC == 0 {
                0
            } else {
                libc::O_CLOEXEC
            };
            libc::dup3(file.as_raw_fd(), number, close)
        };
        if status == -1 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn copies_of_a_descriptor_refer_to_the_new_file() {
        let path = |name: &str| {
            std::env::temp_dir().join(format!("overtake-standard-{}-{name}", std::process::id()))
        };
        let (old, new) = (path("old"), path("new"));
        let mut first = File::create(&old).unwrap();
        let mut second = first.try_clone().unwrap();
        let at_start = identity(first.as_raw_fd());
        redirect_from(at_start, new.to_str().unwrap()).unwrap();
        first.write_all(b"one ").unwrap();
        second.write_all(b"two").unwrap();
        assert_eq!(std::fs::read(&old).unwrap(), b"");
        assert_eq!(std::fs::read(&new).unwrap(), b"one two");
        // SAFETY: the call changes nothing.
        let flags = unsafe { libc::fcntl(second.as_raw_fd(), libc::F_GETFD) };
        assert_eq!(flags, libc::FD_CLOEXEC);
        redirect_from(None, "/nowhere/at/all").unwrap();
        assert!(redirect_from(identity(first.as_raw_fd()), "/nowhere/at/all").is_err());
        for path in [old, new] {
            std::fs::remove_file(path).unwrap();
        }
    }
}
