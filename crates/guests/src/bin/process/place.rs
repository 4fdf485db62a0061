//! The working directory, the root, and the mask of new files.

use std::env;
use std::ffi::CStr;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;

use crate::contention::{contend, error_of};

/// The working directory changes, and is removed.
pub fn folder() -> Result<String, String> {
    let failed = |error: std::io::Error| error.to_string();
    contend();
    fs::create_dir("folder").map_err(failed)?;
    env::set_current_dir("folder").map_err(failed)?;
    contend();
    let name = env::current_dir().map_err(failed)?;
    let name = name.file_name().map(ToOwned::to_owned);
    fs::remove_dir("../folder").map_err(failed)?;
    contend();
    let gone = env::current_dir().map_err(|error| error.raw_os_error());
    Ok(format!("{name:?} {gone:?}"))
}

/// The root changes, to a folder in which nothing is.
pub fn chroot() -> Result<String, String> {
    const ROOT: &CStr = c"root";
    fs::create_dir_all("root").map_err(|error| error.to_string())?;
    // SAFETY: the path ends in NUL.
    let error = error_of(unsafe { libc::chroot(ROOT.as_ptr()) });
    if error != 0 {
        return Ok(format!("not root: {error}"));
    }
    env::set_current_dir("/").map_err(|error| error.to_string())?;
    contend();
    let inside = fs::read_dir("/")
        .map_err(|error| error.to_string())?
        .count();
    let process = fs::metadata("/proc")
        .map(drop)
        .map_err(|error| error.raw_os_error());
    contend();
    Ok(format!("{inside} files, /proc {process:?}"))
}

/// New files have no permissions.
pub fn umask() -> Result<String, String> {
    let failed = |error: std::io::Error| error.to_string();
    // SAFETY: no preconditions.
    let before = unsafe { libc::umask(0o777) };
    contend();
    let file = File::create("secret.txt").map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode();
    // SAFETY: no preconditions.
    let after = unsafe { libc::umask(before) };
    fs::remove_file("secret.txt").map_err(failed)?;
    Ok(format!("{before:o} {mode:o} {after:o}"))
}
