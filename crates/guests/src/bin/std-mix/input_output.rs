//! A file and a pipe: here the kernel writes to the guest's memory.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::{process, thread};

use overtake_guests::check::equal;

use crate::threads::THREADS;

const LENGTH: usize = 5000;

/// Each thread writes its part of one file, then reads the whole file.
pub fn file() -> Result<u64, String> {
    let path = std::env::temp_dir().join(format!("std-mix-{}", process::id()));
    let result = share_file(&path);
    let removed = fs::remove_file(&path);
    let sum = result.map_err(|error| format!("{}: {error}", path.display()))?;
    removed.map_err(|error| format!("cannot remove {}: {error}", path.display()))?;

    let expected: usize = (0..THREADS).map(|me| (me + 1) * LENGTH).sum();
    equal("sum", sum, (THREADS * expected) as u64)?;
    Ok(sum)
}

fn share_file(path: &std::path::Path) -> io::Result<u64> {
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)?;
    let whole = std::sync::Barrier::new(THREADS);
    thread::scope(|scope| {
        let (file, whole) = (&file, &whole);
        let threads: Vec<_> = (0..THREADS)
            .map(|me| {
                scope.spawn(move || {
                    #[expect(clippy::cast_possible_truncation, reason = "few threads")]
                    let part = [me as u8 + 1; LENGTH];
                    let written = file.write_all_at(&part, (me * LENGTH) as u64);
                    whole.wait();
                    written?;
                    let mut all = vec![0; THREADS * LENGTH];
                    file.read_exact_at(&mut all, 0)?;
                    Ok(all.iter().map(|&byte| u64::from(byte)).sum::<u64>())
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    })
}

/// One thread writes pieces of many sizes into a pipe, more than it holds, and another reads them.
pub fn pipe() -> Result<u64, String> {
    const BYTES: usize = 100_000;
    let pattern = |i: usize| (i % 251) as u8;

    let (mut reader, mut writer) = io::pipe().map_err(|error| error.to_string())?;
    let (written, read) = thread::scope(|scope| {
        let written = scope.spawn(move || {
            let bytes: Vec<u8> = (0..BYTES).map(pattern).collect();
            let mut rest = &bytes[..];
            let mut piece = 1;
            while !rest.is_empty() {
                let (now, later) = rest.split_at(piece.min(rest.len()));
                writer.write_all(now)?;
                (rest, piece) = (later, piece * 3);
            }
            Ok(())
        });
        let read = scope.spawn(move || {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map(|_| bytes)
        });
        (written.join().unwrap(), read.join().unwrap())
    });
    written.map_err(|error: io::Error| error.to_string())?;
    let read = read.map_err(|error| error.to_string())?;

    equal("bytes", read.len(), BYTES)?;
    let wrong = (0..BYTES).find(|&i| read[i] != pattern(i));
    equal("first wrong byte", wrong, None)?;
    Ok(BYTES as u64)
}
