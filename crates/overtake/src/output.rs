//! A result that is written to a file completely or not at all.

use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Error;

/// Where a result is to go.
#[derive(Debug)]
pub enum Output {
    /// Standard output; colours are left out where it is no terminal.
    Standard,
    /// A file, and the one beside it that is renamed into its place.
    File(PathBuf, NamedTempFile),
}

impl Output {
    /// Opens the file called `path`, or standard output. A path that cannot be written is an error here,
    /// before hours of work. An existing file stays until the new one is complete.
    pub fn to(path: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = path else {
            return Ok(Output::Standard);
        };
        if path.is_dir() {
            return Err(refused(path, io::ErrorKind::IsADirectory.into()));
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(refused(path, io::ErrorKind::NotFound.into()));
        }
        let beside = tempfile::Builder::new()
            .prefix(".overtake-")
            // As any new file: the umask says who may read it.
            .permissions(std::fs::Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(|source| refused(path, source))?;
        Ok(Output::File(path.to_owned(), beside))
    }

    /// Writes the result.
    pub fn write(self, text: &str) -> Result<(), Error> {
        match self {
            Output::Standard => {
                let mut out = anstream::stdout().lock();
                out.write_all(text.as_bytes())
                    .and_then(|()| out.flush())
                    .map_err(Error::output)
            }
            Output::File(path, mut beside) => {
                let plain = anstream::adapter::strip_str(text).to_string();
                beside
                    .write_all(plain.as_bytes())
                    .map_err(|source| refused(&path, source))?;
                beside
                    .persist(&path)
                    .map_err(|error| refused(&path, error.error))?;
                Ok(())
            }
        }
    }
}

fn refused(path: &Path, source: io::Error) -> Error {
    Error::FileSystem {
        what: format!("cannot write `{}` (--output)", path.display()),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_replaced_at_once_and_without_colours() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("result");
        fs::write(&file, "old").unwrap();
        let output = Output::to(Some(&file)).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        output.write("\x1b[1mnew\x1b[0m\n").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_unwritten_result_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        drop(Output::to(Some(&folder.path().join("result"))).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        for bad in [folder.path().to_owned(), folder.path().join("no/folder")] {
            assert!(Output::to(Some(&bad)).is_err(), "{}", bad.display());
        }
    }
}
