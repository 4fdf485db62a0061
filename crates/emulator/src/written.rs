//! Files that the plugin has written.
//!
//! The plugin writes through memory that it shares with the file (`output` there), so that what it
//! writes is in the file however the guest ends. The file is longer than the text, and zeros follow
//! the text.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The text of the file.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let mut bytes = fs::read(path)?;
    bytes.truncate(
        bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len()),
    );
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// Cuts off the zeros, without reading them: most of a file that takes no place on the disk.
pub(crate) fn trim(path: &Path) -> io::Result<()> {
    let file = File::options().read(true).write(true).open(path)?;
    // Text, which has no zero, ends between these two.
    let (mut text, mut zeros) = (0, file.metadata()?.len());
    while text < zeros {
        let middle = text + (zeros - text) / 2;
        let mut byte = [0];
        file.read_exact_at(&mut byte, middle)?;
        if byte == [0] {
            zeros = middle;
        } else {
            text = middle + 1;
        }
    }
    file.set_len(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn only_zeros_are_cut_off() {
        for (length, room) in [(0, 0), (0, 9), (1, 1), (1, 2), (5, 5), (4096, 1 << 20)] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            let written = "x".repeat(length);
            file.write_all(written.as_bytes()).unwrap();
            file.as_file().set_len(room).unwrap();
            assert_eq!(text(file.path()).unwrap(), written);
            trim(file.path()).unwrap();
            assert_eq!(fs::read_to_string(file.path()).unwrap(), written);
        }
    }
}
