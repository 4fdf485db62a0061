//! A file that the run was asked for: if it cannot be written, the run is over.

use crate::lookahead;
use crate::output::Output;
use crate::report;
use std::io::{self, Write};

/// A file whose writes succeed, or end the process with a report.
#[derive(Debug)]
pub struct Wanted {
    output: Output,
    what: &'static str,
}

impl Wanted {
    /// Creates a file of any length. `what`: its contents, for messages.
    ///
    /// # Errors
    ///
    /// The file cannot be created. The message names the file and the reason.
    pub fn create(what: &'static str, path: &str) -> Result<Self, String> {
        let output = Output::create(path)?;
        Ok(Self { output, what })
    }
}

impl Write for Wanted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if lookahead::is_copy() {
            return Ok(bytes.len());
        }
        match self.output.write(bytes) {
            Ok(length) => Ok(length),
            Err(error) => report::unwritten(message(self.what, &error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn message(what: &str, error: &io::Error) -> String {
    let remedy = match error.raw_os_error() {
        Some(libc::EFBIG) => ": raise the limit on the size of files (`ulimit -f`)",
        Some(libc::ENOSPC | libc::EDQUOT) => {
            ": make room on the disk, or set TMPDIR to a folder on another one"
        }
        _ => "",
    };
    format!("cannot write {what}: {error}{remedy}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_what_to_do() {
        let of = |number| message("the trace", &io::Error::from_raw_os_error(number));
        assert!(of(libc::EFBIG).ends_with("(`ulimit -f`)"));
        assert!(of(libc::ENOSPC).ends_with("on another one"));
        assert!(of(libc::EIO).starts_with("cannot write the trace: "));
    }
}
