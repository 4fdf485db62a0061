//! Limits of the shell that an error comes from.

use std::io;

/// Numbers of errors, which Linux has in common on all architectures that run `overtake`.
const EAGAIN: i32 = 11;
const ENOMEM: i32 = 12;
const EMFILE: i32 = 24;
const EFBIG: i32 = 27;

/// The limit that gives this error, if one does: text to add to a message.
#[must_use]
pub fn hint(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(EAGAIN) => ", which the limit on processes gives (`ulimit -u`)",
        Some(ENOMEM) => ", which the limit on memory gives (`ulimit -v`)",
        Some(EMFILE) => ", which the limit on open files gives (`ulimit -n`)",
        Some(EFBIG) => ", which the limit on the size of files gives (`ulimit -f`)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_named_by_its_error() {
        let of = |number| hint(&io::Error::from_raw_os_error(number));
        assert!(of(EMFILE).contains("ulimit -n") && of(EFBIG).contains("ulimit -f"));
        assert_eq!(of(2), "");
        let too_large = io::Error::from_raw_os_error(EFBIG).kind();
        assert_eq!(too_large, io::ErrorKind::FileTooLarge);
    }
}
