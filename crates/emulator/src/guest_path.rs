//! Runs overtake's own guests from a path of fixed length.
//!
//! A program can read its own path, and C libraries do so before `main` (`/proc/self/exe`,
//! `/proc/self/maps`). The length of the path determines where the heap begins, and so the run. Therefore guests
//! start from a temporary folder whose name fills the path up to a fixed length, and a seed gives the same run
//! wherever the guests are. (A file without a name would not do: QEMU needs a path.)

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// The length of the whole path, in bytes.
const LENGTH: usize = 160;

/// Files that must exist as long as the guest runs.
#[derive(Debug, Default)]
pub struct Placed(
    #[expect(dead_code, reason = "it is removed when it is dropped")] Option<TempDir>,
);

/// Adds the guest at `path` to QEMU's command. Its first argument is `name`.
pub fn add(path: &Path, name: &str, command: &mut Command) -> io::Result<Placed> {
    let folder = tempfile::Builder::new().prefix("overtake-").tempdir()?;
    let parent = folder.path().canonicalize()?;
    let taken = parent.as_os_str().len() + name.len() + 2;
    let between = parent.join("-".repeat(LENGTH.saturating_sub(taken).max(1)));
    fs::create_dir(&between)?;
    let place = between.join(name);
    // A hard link takes no time, but only works on the same disk.
    if fs::hard_link(path, &place).is_err() {
        fs::copy(path, &place)?;
    }
    command.args(["-0", name]).arg(place);
    Ok(Placed(Some(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_paths_have_the_same_length() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new("qemu");
        let placed = add(file.path(), "guest", &mut command).unwrap();
        let path = command.get_args().last().unwrap().to_owned();
        assert_eq!(path.len(), LENGTH);
        assert!(fs::exists(&path).unwrap());
        drop(placed);
        assert!(!fs::exists(&path).unwrap());
    }
}
