//! Descriptors: their numbers, and closing those that a program does not know.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::thread;

use overtake_guests::check::equal;

use crate::contention::{checked, contend, fork, status_of};

/// The numbers of the open descriptors.
fn open() -> Vec<i32> {
    let is_open = |number: &i32| {
        // SAFETY: the call changes nothing.
        unsafe { libc::fcntl(*number, libc::F_GETFD) != -1 }
    };
    (0..256).filter(is_open).collect()
}

/// The numbers before and after the first thread, in a thread, in a child, and in another program.
pub fn numbers() -> Result<String, String> {
    let before = open();
    contend();
    let in_thread = thread::spawn(open).join().unwrap();
    let new = File::open("/dev/null").map_err(|error| error.to_string())?;
    let child = fork(|| {
        contend();
        println!("in a child: {:?}", open());
        let _ = io::stdout().flush();
        0
    })?;
    equal("status", status_of(child)?, 0)?;
    let program = Command::new("/bin/ls").arg("/proc/self/fd").output();
    let program = program.map_err(|error| format!("/bin/ls: {error}"))?.stdout;
    Ok(format!(
        "{before:?} {in_thread:?} {:?} new {} program {:?}",
        open(),
        new.as_raw_fd(),
        String::from_utf8_lossy(&program)
            .split_whitespace()
            .collect::<Vec<_>>()
    ))
}

/// Becomes another program, which prints its descriptors.
pub fn exec() -> Result<String, String> {
    contend();
    let error = Command::new("/bin/ls").arg("/proc/self/fd").exec();
    Err(format!("/bin/ls: {error}"))
}

/// A file of its own, which nobody else may write.
fn write_own_file() -> Result<i32, String> {
    let failed = |error: io::Error| format!("own.txt: {error}");
    let mut own = File::create("own.txt").map_err(failed)?;
    contend();
    own.write_all(b"guest\n").map_err(failed)?;
    Ok(own.as_raw_fd())
}

/// Closes descriptors one by one, as daemons do.
pub fn close_all() -> Result<String, String> {
    contend();
    for number in 3..200 {
        // SAFETY: this program has nothing open but the three standard ones.
        unsafe { libc::close(number) };
    }
    Ok(format!("own file {}", write_own_file()?))
}

/// Closes all at once, as newer programs do.
pub fn close_range() -> Result<String, String> {
    contend();
    // SAFETY: as above.
    let result = unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) };
    checked("close_range", result as libc::c_int)?;
    Ok(format!("own file {}", write_own_file()?))
}

/// Closes the standard ones too: its files get their numbers, and its output.
pub fn close_standard() -> Result<String, String> {
    contend();
    for number in 0..200 {
        // SAFETY: standard output is used again only when it is open again.
        unsafe { libc::close(number) };
    }
    let files = ["zero.txt", "one.txt", "two.txt"].map(File::create);
    contend();
    let numbers = files.map(|file| {
        file.map(|it| {
            let number = it.as_raw_fd();
            // Stays open to the end.
            std::mem::forget(it);
            number
        })
        .unwrap_or(-1)
    });
    eprintln!("errors");
    Ok(format!("own files {numbers:?}"))
}

/// Nobody holds the writing end of a pipe that the program has closed: a child with threads.
pub fn end_of_file() -> Result<String, String> {
    contend();
    let pipe = || io::pipe().map_err(|error| error.to_string());
    let (mut data, write_data) = pipe()?;
    let (wait_for_parent, parent) = pipe()?;
    let mut wait_for_parent = Some(wait_for_parent);
    let mut ends = Some((write_data, parent));
    let child = fork(|| {
        contend();
        let (mut write_data, parent) = ends.take().unwrap();
        drop(parent);
        let good = write_data.write_all(b"data").is_ok();
        drop(write_data);
        // Until the parent has seen the end of the data.
        let mut rest = Vec::new();
        let end = wait_for_parent.take().unwrap().read_to_end(&mut rest);
        i32::from(!good || end.is_err())
    })?;
    let (write_data, parent) = ends.take().unwrap();
    drop(write_data);
    let mut text = String::new();
    data.read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    drop(parent);
    equal("status", status_of(child)?, 0)?;
    Ok(text)
}
