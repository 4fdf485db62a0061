//! `fork` without `exec`, in a program that has other threads.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsRawFd as _, OwnedFd};

use overtake_guests::check::equal;

use crate::live::Live;

const MESSAGE: &[u8] = b"hello from the child";
const STATUS: i32 = 3;

pub fn fork_plain() -> Result<String, String> {
    let live = Live::start();
    let mut result = Ok(());
    for _ in 0..3 {
        result = result.and_then(|()| fork_once().map_err(|error| error.to_string())?);
    }
    live.stop();
    result?;
    Ok("three children".into())
}

fn fork_once() -> io::Result<Result<(), String>> {
    let (reader, writer) = io::pipe()?;
    let descriptor = writer.as_raw_fd();

    // SAFETY: the child has only this thread and makes only two system calls, both of which are
    // allowed after a `fork` in a program with threads. It never returns.
    let child = unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::write(descriptor, MESSAGE.as_ptr().cast(), MESSAGE.len());
            libc::_exit(STATUS);
        }
        child
    };
    if child < 0 {
        return Err(io::Error::last_os_error());
    }
    drop(writer);

    let mut message = Vec::new();
    File::from(OwnedFd::from(reader)).read_to_end(&mut message)?;

    let mut status = 0;
    // SAFETY: `status` is valid for a write.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    if waited < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(equal("message", &*message, MESSAGE)
        .and_then(|()| equal("exited", libc::WIFEXITED(status), true))
        .and_then(|()| equal("status", libc::WEXITSTATUS(status), STATUS)))
}
