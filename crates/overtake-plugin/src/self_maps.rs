//! `/proc/self/maps`, made equal on every host when the guest reads it.
//!
//! C libraries read the file before `main` to find the stack. The memory that they allocate for its
//! lines decides where the heap continues, but the lines differ from host to host in paths, devices
//! and inodes. QEMU gives the guest a file with the guest's own mappings. The plugin pads its
//! paths, so that the lines have the same length everywhere.

use crate::guest_memory;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::os::unix::fs::FileExt;

const PATH: &[u8] = b"/proc/self/maps\0";

/// The multiple to which the length of a path is padded.
const PATH_LENGTH: usize = 256;

/// Rewrites the file if the guest has opened `/proc/self/maps`. `path` is the address of the file's
/// name.
pub fn opened(path: u64, descriptor: u64) {
    let is_it = guest_memory::read_if_mapped(path, PATH.len()).is_some_and(|it| it == PATH);
    let Ok(descriptor) = i32::try_from(descriptor) else {
        return;
    };
    if is_it {
        // SAFETY: the guest has just opened the descriptor, and still owns it: it is not closed
        // here.
        let file = ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) });
        // If QEMU passes the real file to the guest, it cannot be written and stays as it is.
        let _ = rewrite(&file);
    }
}

fn rewrite(file: &File) -> std::io::Result<()> {
    let mut text = vec![0; file.metadata()?.len() as usize];
    file.read_exact_at(&mut text, 0)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let same: String = text.lines().map(|line| normalise(line) + "\n").collect();
    if !same.is_empty() {
        file.write_all_at(same.as_bytes(), 0)?;
        file.set_len(same.len() as u64)?;
    }
    Ok(())
}

/// Pads the path in a line, which keeps its meaning: START-END PERMISSIONS OFFSET DEVICE INODE
/// NAME.
fn normalise(line: &str) -> String {
    let mut words = line.splitn(6, ' ');
    let mut word = || words.next().unwrap_or_default();
    let (range, permissions, offset, _device, _inode) = (word(), word(), word(), word(), word());
    let name = word().trim_start();
    let mut path = String::new();
    if name.starts_with('/') {
        // A path means the same after `/.` or a further `/`.
        let missing = name.len().next_multiple_of(PATH_LENGTH) - name.len();
        path = "/.".repeat(missing / 2) + &"/"[..missing % 2];
    }
    format!("{range} {permissions} {offset} 00:00 0 {path}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_one_length_and_name_the_same_file() {
        let line = |path: &str, device: &str, inode: u32| {
            normalise(&format!(
                "5500000000-5500001000 r-xp 00000000 {device} {inode} {path}"
            ))
        };
        let short = line("/bin/sh", "fe:00", 7);
        let long = line("/usr/local/bin/a-program (deleted)", "103:12", 123_456);
        assert_eq!(short.len(), long.len());
        assert!(
            short.starts_with("5500000000-5500001000 r-xp 00000000 00:00 0 /"),
            "{short}"
        );
        assert!(
            short.ends_with("/./bin/sh") || short.ends_with("//bin/sh"),
            "{short}"
        );
        let path = short.rsplit_once(' ').unwrap().1;
        assert_eq!(
            std::fs::canonicalize(path).ok(),
            std::fs::canonicalize("/bin/sh").ok()
        );
        let stack = "7f0000-7f1000 rw-p 00000000 00:00 0                          [stack]";
        assert_eq!(
            normalise(stack),
            "7f0000-7f1000 rw-p 00000000 00:00 0 [stack]"
        );
        assert_eq!(normalise("1-2 rw-p 0 00:00 0"), "1-2 rw-p 0 00:00 0 ");
    }
}
