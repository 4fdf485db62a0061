//! Caches what a QEMU reported about itself.
//!
//! Asking starts QEMU twice, which takes as long as a short run. The answers are in the user's cache
//! (`$XDG_CACHE_HOME` or `~/.cache`), for binaries only, with everything that distinguishes one file from
//! another. If the cache cannot be read or written, QEMU is asked again.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy as _, Xdg};
use serde::{Deserialize, Serialize};

/// A QEMU's file, and what it said.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    file: Identity,
    version: String,
}

/// What distinguishes one file from another.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    path: PathBuf,
    size: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    changed: (i64, i64),
    inode: u64,
}

/// The largest number of entries in the cache.
const MOST: usize = 32;

fn identity(qemu: &Path) -> Option<Identity> {
    let mut start = [0; 4];
    fs::File::open(qemu).ok()?.read_exact(&mut start).ok()?;
    // Not for scripts: a script may start another program tomorrow.
    if start != *b"\x7fELF" {
        return None;
    }
    let file = fs::metadata(qemu).ok()?;
    Some(Identity {
        path: qemu.canonicalize().ok()?,
        size: file.size(),
        modified: (file.mtime(), file.mtime_nsec()),
        changed: (file.ctime(), file.ctime_nsec()),
        inode: file.ino(),
    })
}

fn place() -> Option<PathBuf> {
    Some(Xdg::new().ok()?.cache_dir().join("overtake/qemu.json"))
}

fn all(place: &Path) -> Vec<Known> {
    let text = fs::read_to_string(place).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// The cached version of this QEMU, which can load plugins.
pub fn version(qemu: &Path) -> Option<String> {
    let file = identity(qemu)?;
    let known = all(&place()?).into_iter().find(|it| it.file == file)?;
    Some(known.version)
}

/// Caches the version of this QEMU, which can load plugins.
pub fn keep(qemu: &Path, version: &str) {
    let Some((file, place)) = identity(qemu).zip(place()) else {
        return;
    };
    let mut known = all(&place);
    known.retain(|it| it.file.path != file.path);
    known.truncate(MOST - 1);
    let version = version.to_owned();
    known.insert(0, Known { file, version });
    // Atomically, because other processes may read it meanwhile.
    let written = place.parent().and_then(|folder| {
        fs::create_dir_all(folder).ok()?;
        let mut new = tempfile::NamedTempFile::new_in(folder).ok()?;
        new.write_all(serde_json::to_string(&known).ok()?.as_bytes())
            .ok()?;
        new.persist(&place).ok()
    });
    // On failure QEMU is asked again next time.
    drop(written);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_apart_and_scripts_are_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (program, script) = (folder.path().join("program"), folder.path().join("script"));
        fs::write(&program, b"\x7fELF1").unwrap();
        fs::write(&script, b"#!/bin/sh").unwrap();
        assert_eq!(identity(&script), None);
        assert_eq!(identity(&folder.path().join("missing")), None);
        let before = identity(&program).unwrap();
        assert_eq!(identity(&program), Some(before));
        let before = identity(&program);
        fs::write(&program, b"\x7fELF22").unwrap();
        assert_ne!(identity(&program), before);
    }
}
